import type { OperatorTokenRow } from "#db/queries/token.ts";
import { operatorTokenByPrefix, touchToken } from "#db/queries/token.ts";
import { askAsOperator, withOperator } from "#db/tenant-tx.ts";
import { verifyGrantMac } from "#lib/crypto/grant-mac.ts";
import type { Keeper } from "../keeper.ts";
import { checkSecret, readBearer, unauthenticated, whyRefused } from "./bearer.ts";
import type { AdminCaller } from "./caller.ts";
import { reportDenial } from "./report-denial.ts";
import { OPERATOR_TOKEN_TABLE, tokenPairs } from "./token-pairs.ts";

const macHolds = (keeper: Keeper, row: OperatorTokenRow): boolean => {
  const pairs = tokenPairs({ ...row, tenant: null, hash: Buffer.from(row.hash).toString("hex") });
  return verifyGrantMac(keeper.keyring, OPERATOR_TOKEN_TABLE, pairs, row.mac);
};

/**
 * The operator's token of an `Authorization` header, under the same rules as a service token.
 *
 * @throws `UNAUTHENTICATED` with one constant message.
 */
export const verifyOperatorToken = async (
  keeper: Keeper,
  authorization: string | undefined,
  req: string,
): Promise<AdminCaller> => {
  const presented = readBearer(authorization, "oper");
  const { rows } = await askAsOperator(keeper.db, (tx) => operatorTokenByPrefix(tx, presented.prefix));
  const row = await checkSecret(presented, rows[0] ?? null);
  const reason = whyRefused(row, macHolds(keeper, row));
  if (reason !== null) {
    const target = { type: "operator_token" as const, id: row.id };
    await reportDenial(
      keeper,
      { tenantId: null, tokenId: row.id },
      (suppressed) => ({ action: "token.refused", target, detail: { reason, ...suppressed } }),
      req,
    );
    throw unauthenticated();
  }
  if (row.stale)
    await withOperator(keeper.db, (tx) => touchToken(tx, row.id)).catch((err: unknown) =>
      keeper.log.warn({ err, req }, "a token's last use could not be noted"),
    );
  return { tenant: null, tokenId: row.id, scopes: row.scopes, rateLimit: row.rateLimit };
};
