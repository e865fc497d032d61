import type { TokenRow } from "#db/queries/token.ts";
import { tokenByPrefix, touchToken } from "#db/queries/token.ts";
import { askAsOperator, withTenant } from "#db/tenant-tx.ts";
import { verifyGrantMac } from "#lib/crypto/grant-mac.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "./caller.ts";
import { checkSecret, readBearer, unauthenticated, whyRefused } from "./bearer.ts";
import { reportDenial } from "./report-denial.ts";
import { TOKEN_TABLE, tokenPairs } from "./token-pairs.ts";

const pairsOf = (row: TokenRow) =>
  tokenPairs({ ...row, tenant: row.tenantId, hash: Buffer.from(row.hash).toString("hex") });

const touch = async (keeper: Keeper, row: TokenRow, req: string): Promise<void> => {
  if (!row.stale) return;
  await withTenant(keeper.db, row.tenantId, (tx) => touchToken(tx, row.id)).catch((err: unknown) =>
    keeper.log.warn({ err, req }, "a token's last use could not be noted"),
  );
};

/**
 * Whom an `Authorization` header speaks for. The row counts only with a keeper's MAC and under the newest rev that the
 * log tells of: one that somebody inserted, or put back as it was before it was revoked, is refused and reported.
 *
 * @throws `UNAUTHENTICATED` with one constant message.
 */
export const verifyToken = async (
  keeper: Keeper,
  authorization: string | undefined,
  req: string,
): Promise<Caller> => {
  const presented = readBearer(authorization, "live");
  const { rows } = await askAsOperator(keeper.db, (tx) => tokenByPrefix(tx, presented.prefix));
  const row = await checkSecret(presented, rows[0] ?? null);
  const reason = whyRefused(row, verifyGrantMac(keeper.keyring, TOKEN_TABLE, pairsOf(row), row.mac));
  if (reason !== null) {
    const target = { type: "token" as const, id: row.id };
    await reportDenial(
      keeper,
      { tenantId: row.tenantId, tokenId: row.id },
      (suppressed) => ({ action: "token.refused", target, detail: { reason, ...suppressed } }),
      req,
    );
    throw unauthenticated();
  }
  await touch(keeper, row, req);
  const { tenantId, slug, id: tokenId, scopes, rateLimit, accessLog } = row;
  return { tenantId, slug, tokenId, scopes, rateLimit, accessLog, req };
};
