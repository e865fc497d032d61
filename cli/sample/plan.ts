/** The tenants of the sample. Their names are of companies that do not exist. */
export const SAMPLE_TENANTS = [
  { slug: "northwind", name: "Northwind Health" },
  { slug: "meridian", name: "Meridian Legal" },
  { slug: "osprey", name: "Osprey Logistics" },
] as const;

/** Records in one request. */
const BATCH = 500;

/** One thing that the loader does. Each may be done again: a run that was cut short begins with the step it was in. */
export type Step =
  | { do: "tenant" | "key" | "rewrap" | "pause-half-way" | "denials" | "tidy-tokens"; tenant: number }
  | { do: "rotate"; tenant: number; from: number }
  | { do: "write"; tenant: number; from: number; to: number };

const writes = (tenant: number, from: number, to: number): Step[] => {
  const steps: Step[] = [];
  for (let at = from; at < to; at += BATCH)
    steps.push({ do: "write", tenant, from: at, to: Math.min(at + BATCH, to) });
  return steps;
};

/** Everything the sample consists of, in order: the same list for the same size, at every start. */
export const samplePlan = (records: number): Step[] => {
  const upto = (share: number) => Math.round(records * share);
  const begin = (tenant: number): Step[] => [
    { do: "tenant", tenant },
    { do: "key", tenant },
  ];
  return [
    // One whose rotations are behind it and whose data has all moved,
    ...begin(0),
    ...writes(0, 0, upto(0.5)),
    { do: "rotate", tenant: 0, from: 1 },
    ...writes(0, upto(0.5), upto(0.8)),
    { do: "rotate", tenant: 0, from: 2 },
    ...writes(0, upto(0.8), records),
    { do: "rewrap", tenant: 0 },
    // one that was rotated and whose old data nobody has moved,
    ...begin(1),
    ...writes(1, 0, upto(0.7)),
    { do: "rotate", tenant: 1, from: 1 },
    ...writes(1, upto(0.7), records),
    // and one in the middle of it.
    ...begin(2),
    ...writes(2, 0, upto(0.85)),
    { do: "rotate", tenant: 2, from: 1 },
    ...writes(2, upto(0.85), records),
    { do: "pause-half-way", tenant: 2 },
    { do: "denials", tenant: 1 },
    ...SAMPLE_TENANTS.map((_, tenant): Step => ({ do: "tidy-tokens", tenant })),
  ];
};

/** How many records are written when so many steps of the plan are done. */
export const writtenAfter = (plan: readonly Step[], steps: number): number =>
  plan.slice(0, steps).reduce((sum, step) => sum + (step.do === "write" ? step.to - step.from : 0), 0);
