import { DomainError } from "#lib/domain/errors.ts";
import { createEventLimit } from "#lib/domain/event-limit.ts";
import type { TenantId, TokenId } from "#lib/domain/ids.ts";
import { rateWords } from "#lib/domain/token.ts";
import type { Keeper } from "../keeper.ts";
import { reportDenial } from "./report-denial.ts";

/** A client that sends too much may do so all day. */
const oncePerMinute = createEventLimit({ perMinute: 1 });

/**
 * Refuses a verified token's request beyond its limit. Each keeper counts for itself.
 *
 * @throws `LIMIT_EXCEEDED`, which says when to try again
 */
export const holdToLimit = async (
  keeper: Keeper,
  { tenantId, tokenId }: { tenantId: TenantId | null; tokenId: TokenId },
  rateLimit: number,
  req: string,
): Promise<void> => {
  const waitMs = keeper.requestRates.spend(tokenId, rateLimit, performance.now());
  if (waitMs === 0) return;
  await reportDenial(
    keeper,
    { tenantId, tokenId },
    (suppressed) => ({
      action: "token.limited",
      target: { type: tenantId === null ? "operator_token" : "token", id: tokenId },
      detail: { rate_limit: rateLimit, ...suppressed },
    }),
    req,
    oncePerMinute,
  );
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `This token may send ${rateWords(rateLimit)}. Try again in a moment.`,
    { retryAfterSeconds: Math.ceil(waitMs / 1000) },
  );
};
