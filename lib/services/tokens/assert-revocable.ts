import { findTokenView } from "#db/queries/token-read.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";

/** @throws `NOT_FOUND`, or `INVALID_STATE` for a token that has been revoked */
export const assertRevocable = async (tx: AnyTx, id: string): Promise<void> => {
  const token = await findTokenView(tx, id);
  if (!token) throw notFound("token");
  if (token.revokedAt) throw new DomainError("INVALID_STATE", "The token was revoked before.");
};
