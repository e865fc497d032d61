"use server";

import { mintOperatorToken } from "#lib/services/operator-tokens/mint-operator-token.ts";
import { revokeOperatorToken } from "#lib/services/operator-tokens/revoke-operator-token.ts";
import { action } from "#lib/web/action.ts";

export const mintOperatorTokenAction = action(mintOperatorToken);
export const revokeOperatorTokenAction = action(revokeOperatorToken);
