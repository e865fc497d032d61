import { timingSafeEqual } from "node:crypto";
import type { TokenRow } from "#db/queries/token.ts";
import { findTokenByPrefix, touchToken } from "#db/queries/token.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { verifyGrantMac } from "#lib/crypto/grant-mac.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { hashToken, parseToken } from "#lib/domain/token.ts";
import type { Keeper } from "../keeper.ts";
import type { Caller } from "./caller.ts";
import { reportDenial } from "./report-denial.ts";
import { TOKEN_TABLE, tokenPairs } from "./token-pairs.ts";

/** One message, whatever is wrong with the token. */
const unauthenticated = (): DomainError =>
  new DomainError("UNAUTHENTICATED", "A valid service token is needed: Authorization: Bearer kf_live_….");

const whyRefused = (keeper: Pick<Keeper, "keyring">, row: TokenRow): string | null => {
  const pairs = tokenPairs({
    ...row,
    tenant: row.tenantId,
    hash: Buffer.from(row.hash).toString("hex"),
  });
  if (!verifyGrantMac(keeper.keyring, TOKEN_TABLE, pairs, row.mac)) return "mac";
  if (row.rev < row.toldRev) return "rev";
  if (row.revokedAt !== null) return "revoked";
  return row.expired ? "expired" : null;
};

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
  const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  const parsed = token === undefined ? null : parseToken(token);
  if (token === undefined || parsed === null) throw unauthenticated();
  const row = await withOperator(keeper.db, (tx) => findTokenByPrefix(tx, parsed.prefix));
  if (!row) throw unauthenticated();
  const hash = Buffer.from(await hashToken(token), "hex");
  if (hash.length !== row.hash.length || !timingSafeEqual(hash, row.hash)) throw unauthenticated();

  const reason = whyRefused(keeper, row);
  if (reason !== null) {
    const token = { tenantId: row.tenantId, tokenId: row.id };
    const target = { type: "token" as const, id: row.id };
    await reportDenial(
      keeper,
      token,
      (suppressed) => ({ action: "token.refused", target, detail: { reason, ...suppressed } }),
      req,
    );
    throw unauthenticated();
  }
  await touch(keeper, row, req);
  return { tenantId: row.tenantId, slug: row.slug, tokenId: row.id, scopes: row.scopes };
};
