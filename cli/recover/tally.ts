import { count, counted } from "#cli/shell/table.ts";
import type { DomainError } from "#lib/domain/errors.ts";

const NAMED_MAX = 20;

/** Counts what a recovery opened and what it did not; names the first that did not open. */
export const createTally = (say: (line: string) => void) => {
  const opened = { tenants: 0, emptyTenants: 0, records: 0, fields: 0 };
  const faults = new Map<string, number>();
  let unopened = 0;
  return {
    opened,
    unopened: () => unopened,
    fail: (what: string, error: DomainError): void => {
      unopened += 1;
      faults.set(error.code, (faults.get(error.code) ?? 0) + 1);
      if (unopened <= NAMED_MAX) say(`Does not open: ${what}: ${error.message} [${error.code}]`);
      if (unopened === NAMED_MAX + 1) say("Further ones are counted and not named.");
    },
    summary: (): string => {
      const { tenants, emptyTenants, records, fields } = opened;
      const why = [...faults].map(([code, n]) => `${code} ${count(n)}`).join(", ");
      const whole = `${counted(fields, "field")} of ${counted(records, "record")} in ${counted(tenants, "tenant")}`;
      const empty = emptyTenants === 0 ? "" : ` (${counted(emptyTenants, "further tenant")} without records)`;
      return unopened === 0
        ? `Everything opens: ${whole}${empty}.`
        : `${count(unopened)} could not be opened (${why}). Opened: ${whole}${empty}.`;
    },
  };
};

export type Tally = ReturnType<typeof createTally>;
