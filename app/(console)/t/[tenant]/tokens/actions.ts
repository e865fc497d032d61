"use server";

import { mintToken } from "#lib/services/tokens/mint-token.ts";
import { revokeToken } from "#lib/services/tokens/revoke-token.ts";
import { action } from "#lib/web/action.ts";

export const mintTokenAction = action(mintToken);
export const revokeTokenAction = action(revokeToken);
