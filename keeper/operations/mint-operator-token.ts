import { isUniqueViolation } from "#db/errors.ts";
import { insertOperatorToken } from "#db/queries/operator-token.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { OPERATOR_TOKEN_TABLE, operatorTokenPairs } from "../tokens/operator-token-pairs.ts";
import type { OperatorEffect } from "./effect.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The keeper's MAC makes an operator's token count. The token itself stays with whoever made it: here is only its hash. */
export const mintOperatorToken: OperatorEffect<"mint-operator-token"> =
  async ({ keeper, input }) =>
  async (tx) => {
    const expiresAt = new Date(Date.parse(await tx.now()) + input.days * DAY_MS);
    const meaning = {
      id: input.tokenId,
      prefix: input.prefix,
      hash: input.hash,
      scopes: input.scopes,
      expiresAt: expiresAt.toISOString(),
      revokedAt: null,
      rev: 1,
    };
    await insertOperatorToken(tx, {
      id: meaning.id,
      prefix: meaning.prefix,
      hash: Buffer.from(meaning.hash, "hex"),
      scopes: [...meaning.scopes],
      expiresAt,
      rev: meaning.rev,
      mac: grantMac(keeper.keyring, OPERATOR_TOKEN_TABLE, operatorTokenPairs(meaning)),
    }).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError("CONFLICT", "There is a token with this id already. Make another.");
    });
    return {
      outcome: { tokenId: meaning.id, expiresAt: meaning.expiresAt },
      events: [
        {
          action: "token.minted",
          target: { type: "operator_token", id: meaning.id },
          detail: { scopes: [...meaning.scopes], expires_at: meaning.expiresAt, rev: meaning.rev },
        },
      ],
    };
  };
