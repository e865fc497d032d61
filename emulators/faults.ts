/** What a server can be told to do wrong: with the next calls, or with those of one operation. */
export const FAULT_KINDS = [
  "throttle",
  "internal-error",
  "unavailable",
  "hang",
  "slow",
  "reset",
  "half-answer",
  "not-json",
  "too-large",
  "garbage",
  "wrong-version",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type Fault = {
  kind: FaultKind;
  /** How many calls it meets; 1 unless told. */
  times?: number;
  /** The one operation it meets, such as `Decrypt`; every one unless told. */
  operation?: string;
  /** What a throttling answer asks for. */
  retryAfterS?: number;
};

/** The faults that wait for their calls, first in, first out. */
export const createFaultScript = () => {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault: Fault): void => {
      if (!FAULT_KINDS.includes(fault.kind))
        throw new TypeError(`There is no fault "${String(fault.kind)}".`);
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    clear: (): void => {
      waiting = [];
    },
    /** The fault that meets a call of this operation, used up by one. */
    take: (operation: string): Fault | undefined => {
      const met = waiting.find(({ fault }) => fault.operation === undefined || fault.operation === operation);
      if (met === undefined) return undefined;
      met.left -= 1;
      if (met.left <= 0) waiting = waiting.filter((entry) => entry !== met);
      return met.fault;
    },
  };
};
