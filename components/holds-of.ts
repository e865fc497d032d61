import { hasEnded } from "#lib/domain/job.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import type { VersionView } from "#lib/domain/key-view.ts";
import type { Hold } from "#lib/domain/retire-gate.ts";
import { retireHolds } from "#lib/domain/retire-gate.ts";

/** What holds a version as the page sees it; a keeper looks again, and counts, before it destroys one. */
export const holdsOf = (
  { job, now }: Pick<KeyWatch, "job" | "now">,
  version: VersionView,
  backupSeconds: number | null,
): Hold[] =>
  retireHolds({
    ...version,
    openJob: job && !hasEnded(job.status) ? job.id : null,
    backupSeconds,
    now,
  });
