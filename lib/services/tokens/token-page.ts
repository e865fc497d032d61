import { listTokenViews } from "#db/queries/token-read.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import type { TokenView } from "#lib/domain/token-view.ts";
import { z } from "#lib/domain/zod.ts";
import { decodeCursor, encodeCursor } from "../instant-cursor.ts";

const LIMIT_MAX = 200;

export const TokenPageInput = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
});

/** A page of the tokens that a transaction is of, the newest first. `next` is the cursor of the page after this one. */
export const readTokenPage = async (
  tx: AnyTx,
  { cursor, limit }: z.output<typeof TokenPageInput>,
): Promise<{ tokens: TokenView[]; next: string | null }> => {
  const before = cursor === undefined ? null : decodeCursor(cursor);
  // One more than is shown says whether there is a next page.
  const found = await listTokenViews(tx, { before, limit: limit + 1 });
  const tokens = found.slice(0, limit);
  const last = tokens.at(-1);
  const next = found.length > limit && last ? encodeCursor({ at: last.createdAt, id: last.id }) : null;
  return { tokens, next };
};
