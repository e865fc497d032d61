import { lockToken, revokeTokenRow } from "#db/queries/token-write.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import { TOKEN_TABLE, tokenPairs } from "./token-pairs.ts";

/** Ends a token for good, under a raised rev: the row as it was before does not count again if somebody puts it back. */
export const revokeInTx = async (
  keeper: Pick<Keeper, "keyring">,
  tx: TenantTx,
  tokenId: string,
): Promise<{ revokedAt: Date; event: EventDraft }> => {
  const row = await lockToken(tx, tokenId);
  if (!row) throw notFound("token");
  if (row.revokedAt) throw new DomainError("INVALID_STATE", "The token was revoked before.");
  const revokedAt = new Date(await tx.now());
  const rev = row.rev + 1;
  const mac = grantMac(
    keeper.keyring,
    TOKEN_TABLE,
    tokenPairs({
      tenant: tx.tenantId,
      id: row.id,
      prefix: row.prefix,
      hash: Buffer.from(row.hash).toString("hex"),
      scopes: row.scopes,
      expiresAt: row.expiresAt.toISOString(),
      revokedAt: revokedAt.toISOString(),
      rev,
    }),
  );
  if (!(await revokeTokenRow(tx, row.id, { revokedAt, rev, mac }))) throw notFound("token");
  return {
    revokedAt,
    event: { action: "token.revoked", target: { type: "token", id: row.id }, detail: { rev } },
  };
};
