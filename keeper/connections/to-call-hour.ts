import type { CallCounts } from "#lib/kms/call-count.ts";

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** What a connection asked of its provider, as its hour is told. */
export const toCallHour = ({ calls, failures, requests, busiestSecond }: CallCounts) => ({
  calls: sum(calls),
  failures: sum(failures),
  requests,
  busiestSecond,
});
