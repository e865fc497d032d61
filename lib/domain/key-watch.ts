import type { JobView } from "./job.ts";
import type { KeyView } from "./key-view.ts";

/** When data under a version was last read and written, as far as the newest of the log tell. RFC 3339. */
export type VersionUse = { version: number; read: string | null; written: string | null };

/** What the key page shows while it is open. */
export type KeyWatch = {
  key: KeyView;
  /** The newest rewrap of the key. */
  job: JobView | null;
  /** The last uses of what its versions protect. */
  uses: VersionUse[];
  /** Whether the tenant lets a compromised version unwrap for reads. */
  compromisedReads: boolean;
  now: string;
};
