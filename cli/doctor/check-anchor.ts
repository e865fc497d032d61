import { inDataDir, type Instance } from "#cli/shell/instance.ts";
import { findNewestCheckpoint } from "#db/queries/sequencer-checkpoints.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { readAnchorTail } from "#keeper/sequencer/anchor-file.ts";
import { EPOCH } from "#keeper/sequencer/epoch.ts";
import { readCheckpoint } from "#lib/audit/checkpoint.ts";
import { ageOf, type Check, failed, type Finding, ok, warning } from "./check.ts";

/** A checkpoint is anchored right after it was signed. */
const ANCHOR_SECONDS_MAX = 60;

const compare = (anchored: number | null, newest: { size: number; ageSeconds: number } | null): Finding => {
  if (newest === null)
    return anchored === null
      ? warning("nothing is signed yet")
      : failed(`the database is behind: it has no checkpoint, the anchor file one of size ${anchored}`);
  if (anchored !== null && anchored > newest.size)
    return failed(
      `the database is behind: its newest checkpoint is of size ${newest.size}, the anchor file's of ${anchored}`,
    );
  const age = ageOf(newest.ageSeconds * 1000);
  if (anchored === newest.size) return ok(`both at size ${newest.size}, signed ${age} ago`);
  const behind = `the anchor file is behind: ${anchored === null ? "it is empty" : `size ${anchored}`}, the database has ${newest.size}, signed ${age} ago`;
  return newest.ageSeconds > ANCHOR_SECONDS_MAX ? failed(behind) : ok(behind);
};

/** The newest checkpoint in the database against the newest one outside of it. `audit verify` checks them all. */
export const checkAnchor = async (instance: Instance): Promise<Check> => {
  const newest = await withOperator(instance.ctx.db, (tx) => findNewestCheckpoint(tx, EPOCH));
  try {
    const { note } = await readAnchorTail({
      checkpoints: inDataDir(instance, "anchors", "checkpoints.log"),
      vkey: inDataDir(instance, "anchors", "log.vkey"),
    });
    return { name: "anchor", ...compare(note === null ? null : readCheckpoint(note).size, newest) };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    return { name: "anchor", ...failed(`the anchor file cannot be read (${String(code ?? "damaged")})`) };
  }
};
