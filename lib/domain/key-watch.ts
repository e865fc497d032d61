import type { JobView } from "./job.ts";
import type { KeyView } from "./key-view.ts";

/** What the key page shows while it is open. */
export type KeyWatch = {
  key: KeyView;
  /** The newest rewrap of the key. */
  job: JobView | null;
  now: string;
};
