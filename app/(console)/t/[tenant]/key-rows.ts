import type { KeyRow } from "#components/keys-table.tsx";
import type { JobView } from "#lib/domain/job.ts";
import type { KeyView } from "#lib/domain/key-view.ts";

/** Keys as the table shows them, each with its job that has not ended. */
export const toKeyRows = (keys: readonly KeyView[], openJobs: readonly JobView[]): KeyRow[] =>
  keys.map((key) => ({
    ...key,
    job: openJobs.find((job) => job.key === key.name) ?? null,
    rotatedAt: key.versions.length > 1 ? (key.versions.at(-1)?.createdAt ?? null) : null,
  }));
