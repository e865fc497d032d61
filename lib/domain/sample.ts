/** What becomes of the sample: it is written, it is there, or it is being taken away. */
export const SAMPLE_STATES = ["loading", "loaded", "removing"] as const;
export type SampleState = (typeof SAMPLE_STATES)[number];

/** Records of each sample tenant, unless told otherwise, and at most. */
export const SAMPLE_RECORDS = 20_000;
export const SAMPLE_RECORDS_MAX = 200_000;

/** Nobody has worked on it for so long: it was cut short, and somebody should be told. */
export const SAMPLE_STALL_SECONDS = 10;

/** The sample as the console and the command line show it. */
export type SampleView = {
  state: SampleState;
  /** Loading or removing, but nobody is at it. */
  stalled: boolean;
  /** Records for each tenant. */
  records: number;
  /** Steps of the plan that are done. */
  step: number;
  written: number;
  total: number;
  error: string | null;
  /** Those that are there. */
  tenants: { slug: string; name: string }[];
  started_at: string;
};
