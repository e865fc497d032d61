import type { JobView } from "#lib/domain/job.ts";

/** A rewrap job as pages show it: with the versions it moves DEKs from, where the page knows them. */
export type RewrapJobView = JobView & { from_versions?: readonly number[] };

const listVersions = (versions: readonly number[]): string => {
  const names = versions.toSorted((a, b) => a - b).map((number) => `v${number}`);
  return names.length > 3 ? `${names[0]}–${names.at(-1)}` : names.join(", ");
};

/** "v1 to v2", or "to v2" where it is not known which versions had DEKs. */
export const rewrapRoute = (job: Pick<RewrapJobView, "target_version" | "from_versions">): string =>
  `${job.from_versions?.length ? `${listVersions(job.from_versions)} ` : ""}to v${job.target_version}`;

const ETA_AFTER_MS = 30_000;

/** An estimate is shown only from 30 s of data on; before, the rate says too little. */
export const etaIsKnown = (job: Pick<RewrapJobView, "started_at" | "eta_seconds">, now: string): boolean =>
  job.eta_seconds !== null &&
  job.started_at !== null &&
  Date.parse(now) - Date.parse(job.started_at) >= ETA_AFTER_MS;
