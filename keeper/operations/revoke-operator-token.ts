import { lockOperatorToken, revokeOperatorTokenRow } from "#db/queries/operator-token.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { OPERATOR_TOKEN_TABLE, operatorTokenPairs } from "../tokens/operator-token-pairs.ts";
import type { OperatorEffect } from "./effect.ts";

/** Ends an operator's token for good, under a raised rev: the row as it was before does not count again if somebody puts it back. */
export const revokeOperatorToken: OperatorEffect<"revoke-operator-token"> =
  async ({ keeper, input }) =>
  async (tx) => {
    const row = await lockOperatorToken(tx, input.tokenId);
    if (!row) throw notFound("token");
    if (row.revokedAt) throw new DomainError("INVALID_STATE", "The token was revoked before.");
    const revokedAt = new Date(await tx.now());
    const rev = row.rev + 1;
    const pairs = operatorTokenPairs({
      id: row.id,
      prefix: row.prefix,
      hash: Buffer.from(row.hash).toString("hex"),
      scopes: row.scopes,
      expiresAt: row.expiresAt.toISOString(),
      revokedAt: revokedAt.toISOString(),
      rev,
    });
    const mac = grantMac(keeper.keyring, OPERATOR_TOKEN_TABLE, pairs);
    if (!(await revokeOperatorTokenRow(tx, row.id, { revokedAt, rev, mac }))) throw notFound("token");
    return {
      outcome: { tokenId: row.id, revokedAt: revokedAt.toISOString() },
      events: [{ action: "token.revoked", target: { type: "operator_token", id: row.id }, detail: { rev } }],
    };
  };
