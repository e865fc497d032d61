import { isUniqueViolation } from "#db/errors.ts";
import { insertToken } from "#db/queries/token-write.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { OperationInput } from "#lib/domain/operation.ts";
import type { Keeper } from "../keeper.ts";
import { sealToken, tokenTarget } from "./seal-token.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Lets a token count: a tenant's, or the operator's own, as the transaction is. The token itself stays with whoever
 * made it: here is only its hash.
 */
export const mintInTx = async (
  keeper: Pick<Keeper, "keyring">,
  tx: AnyTx,
  input: OperationInput<"mint-token" | "mint-operator-token">,
): Promise<{ outcome: Record<string, unknown>; events: EventDraft[] }> => {
  const expiresAt = new Date(Date.parse(await tx.now()) + input.days * DAY_MS).toISOString();
  const scopes = [...input.scopes];
  const { rateLimit } = input;
  const row = {
    id: input.tokenId,
    prefix: input.prefix,
    hash: Buffer.from(input.hash, "hex"),
    scopes,
    rateLimit: rateLimit ?? null,
    expiresAt,
    rev: 1,
  };
  const mac = sealToken(keeper, tx, { ...row, revokedAt: null });
  await insertToken(tx, { ...row, mac }).catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError("CONFLICT", "There is a token with this id already. Make another.");
  });
  return {
    outcome: { tokenId: row.id, expiresAt },
    events: [
      {
        action: "token.minted",
        target: tokenTarget(tx, row.id),
        detail: { scopes, expires_at: expiresAt, ...(rateLimit && { rate_limit: rateLimit }), rev: row.rev },
      },
    ],
  };
};
