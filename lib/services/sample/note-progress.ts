import { noteSample } from "#db/queries/sample.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { ServiceContext } from "../context.ts";

/**
 * Notes how far the loading is, so that pages can show it and a later start can go on. Not a change of anything that
 * counts: what was loaded has its own events. False when the sample is not to be loaded any more.
 */
export const noteProgress = (
  ctx: ServiceContext,
  note: { step: number; written: number; error: string | null },
): Promise<boolean> => withOperator(ctx.db, (tx) => noteSample(tx, note));
