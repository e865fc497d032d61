import type { Ledger } from "./ledger.ts";

const COLLECTION = "customers";
const BATCH = 1_000;

export type DataPlane = { url: string; token: string; tenant: string };

const headers = (plane: DataPlane) => ({
  authorization: `Bearer ${plane.token}`,
  "content-type": "application/json",
});
const root = (plane: DataPlane) => `${plane.url}/v1/tenants/${plane.tenant}/records`;

/** Writes the records that the run is about. */
export const load = async (plane: DataPlane, ledger: Ledger, count: number): Promise<void> => {
  for (let from = 0; from < count; from += BATCH) {
    const records = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => {
      const record = String(from + i);
      const value = `first value of ${record}`;
      ledger.begin(record, value);
      return { collection: COLLECTION, record, fields: { value } };
    });
    const response = await fetch(root(plane), {
      method: "POST",
      headers: headers(plane),
      body: JSON.stringify({ records }),
    });
    const { results } = (await response.json()) as { results?: { ok: boolean }[] };
    if (results?.every(({ ok }) => ok) !== true)
      throw new Error(`Loading was answered with ${response.status}.`);
  }
};

export type Writer = {
  /** The statuses that were answered; 0 stands for no answer. */
  readonly statuses: ReadonlySet<number>;
  /** Ends it, and says how many writes were confirmed. */
  stop(): Promise<number>;
};

/** Overwrites random records, one after the other, until told to stop. A request that dies with a keeper is part of the run. */
export const writeBeside = (plane: DataPlane, ledger: Ledger, count: number): Writer => {
  let stopped = false;
  let written = 0;
  const statuses = new Set<number>();
  const run = async () => {
    for (let n = 0; !stopped; n += 1) {
      const record = String(Math.floor(Math.random() * count));
      const value = `value ${n} of ${record}`;
      ledger.begin(record, value);
      try {
        const body = JSON.stringify({ fields: { value } });
        const response = await fetch(`${root(plane)}/${COLLECTION}/${record}`, {
          method: "PUT",
          headers: headers(plane),
          body,
        });
        await response.arrayBuffer();
        statuses.add(response.status);
        if (!response.ok) continue;
        ledger.confirm(record, value);
        written += 1;
      } catch {
        statuses.add(0);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const running = run();
  return {
    statuses,
    stop: async () => {
      stopped = true;
      await running;
      return written;
    },
  };
};

/** Reads a record; what is not available is asked for again, as an application would. */
const readAgain = async (plane: DataPlane, record: string): Promise<Response> => {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`${root(plane)}/${COLLECTION}/${record}`, { headers: headers(plane) });
    if (response.status !== 503 || tries === READ_TRIES_MAX) return response;
    await response.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

export type Check = { lost: number; undecryptable: number };
const READERS = 8;
const READ_TRIES_MAX = 5;

/** Reads every record back and counts those that are gone or hold something else, and those that do not open. */
export const readBack = async (plane: DataPlane, ledger: Ledger): Promise<Check> => {
  const found: Check = { lost: 0, undecryptable: 0 };
  const records = ledger.records();
  const reader = async () => {
    for (const record of records) {
      const response = await readAgain(plane, record);
      const body = (await response.json()) as { fields?: { value?: string } };
      if (response.status === 422) found.undecryptable += 1;
      else if (!response.ok || !ledger.isRight(record, body.fields?.value ?? "")) found.lost += 1;
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return found;
};
