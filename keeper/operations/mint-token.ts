import { isUniqueViolation } from "#db/errors.ts";
import { insertToken } from "#db/queries/token-write.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { TOKEN_TABLE, tokenPairs } from "../tokens/token-pairs.ts";
import type { Effect } from "./effect.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The keeper's MAC makes a token count. The token itself stays with whoever made it: here is only its hash. */
export const mintToken: Effect<"mint-token"> =
  async ({ keeper, operation, input }) =>
  async (tx) => {
    const expiresAt = new Date(Date.parse(await tx.now()) + input.days * DAY_MS);
    const meaning = {
      tenant: operation.tenantId,
      id: input.tokenId,
      prefix: input.prefix,
      hash: input.hash,
      scopes: input.scopes,
      expiresAt: expiresAt.toISOString(),
      revokedAt: null,
      rev: 1,
    };
    await insertToken(tx, {
      id: meaning.id,
      prefix: meaning.prefix,
      hash: Buffer.from(meaning.hash, "hex"),
      scopes: [...meaning.scopes],
      expiresAt,
      rev: meaning.rev,
      mac: grantMac(keeper.keyring, TOKEN_TABLE, tokenPairs(meaning)),
    }).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError("CONFLICT", "There is a token with this id already. Make another.");
    });
    return {
      outcome: { tokenId: meaning.id, expiresAt: meaning.expiresAt },
      events: [
        {
          action: "token.minted",
          target: { type: "token", id: meaning.id },
          detail: { scopes: [...meaning.scopes], expires_at: meaning.expiresAt, rev: meaning.rev },
        },
      ],
    };
  };
