import { lockToken, revokeTokenRow } from "#db/queries/token-write.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import { sealToken, tokenTarget } from "./seal-token.ts";

/**
 * Ends a token for good, a tenant's or the operator's own, under a raised rev: the row as it was before does not count
 * again if somebody puts it back.
 */
export const revokeInTx = async (
  keeper: Pick<Keeper, "keyring">,
  tx: AnyTx,
  tokenId: string,
): Promise<{ outcome: Record<string, unknown>; events: EventDraft[] }> => {
  const row = await lockToken(tx, tokenId);
  if (!row) throw notFound("token");
  if (row.revokedAt) throw new DomainError("INVALID_STATE", "The token was revoked before.");
  const revokedAt = await tx.now();
  const rev = row.rev + 1;
  const mac = sealToken(keeper, tx, { ...row, revokedAt, rev });
  if (!(await revokeTokenRow(tx, row.id, { revokedAt, rev, mac }))) throw notFound("token");
  return {
    outcome: { tokenId: row.id, revokedAt },
    events: [{ action: "token.revoked", target: tokenTarget(tx, row.id), detail: { rev } }],
  };
};
