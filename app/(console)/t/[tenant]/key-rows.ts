import type { KeyRow } from "#components/keys-table.tsx";
import type { RewrapJobView } from "#components/rewrap-view.ts";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyView } from "#lib/domain/key-view.ts";

/** The version that a key's open rewrap moves DEKs to. */
export const movingTo = (keyName: string, jobs: readonly RewrapJobView[]): number | null =>
  jobs.find((job) => job.key === keyName && !hasEnded(job.status))?.target_version ?? null;

/** Keys as the table shows them. */
export const toKeyRows = (keys: readonly KeyView[], jobs: readonly RewrapJobView[]): KeyRow[] =>
  keys.map((key) => ({
    ...key,
    movingTo: movingTo(key.name, jobs),
    rotatedAt: key.versions.length > 1 ? (key.versions.at(-1)?.createdAt ?? null) : null,
  }));
