import { type DataPlane, putRecord, readRecord } from "./data-plane.ts";

const LOOPS = 2;
const PAUSE_MS = 40;

/** An application that reads and writes all the time, and remembers what it wrote. */
export type Application = {
  requests(): number;
  /** Requests that did not answer as they should, each with its reason. */
  failures(): readonly string[];
  stop(): Promise<void>;
};

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/**
 * Starts loops over `values`, each over records of its own: a read that must give what was last written, then a
 * write. `values` is kept as the truth.
 */
export const startApplication = (plane: DataPlane, values: Map<string, string>): Application => {
  const failures: string[] = [];
  let requests = 0;
  let running = true;

  const once = async (record: string, turn: number): Promise<void> => {
    requests += 1;
    const read = await readRecord(plane, record);
    if (read !== values.get(record)) failures.push(`${record} read ${read}, not ${values.get(record)}`);
    const value = `turn-${turn}-of-${record}@example.com`;
    requests += 1;
    const written = await putRecord(plane, record, value);
    if (written.status === 200) values.set(record, value);
    else failures.push(`PUT ${record}: ${written.status} ${await written.text()}`);
  };

  const loop = async (records: readonly string[]): Promise<void> => {
    for (let turn = 0; running; turn += 1) {
      const record = records[turn % records.length] ?? "";
      await once(record, turn).catch((error: unknown) => failures.push(String(error)));
      await pause();
    }
  };

  const records = [...values.keys()];
  const loops = Array.from({ length: LOOPS }, (_, number) =>
    loop(records.filter((_record, index) => index % LOOPS === number)),
  );
  return {
    requests: () => requests,
    failures: () => failures,
    stop: async () => {
      running = false;
      await Promise.all(loops);
    },
  };
};

const READERS = 8;

/** Reads every record back; those whose value is not the one of `values`. */
export const readAllBack = async (
  plane: DataPlane,
  values: ReadonlyMap<string, string>,
): Promise<string[]> => {
  const wrong: string[] = [];
  const left = [...values];
  const reader = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [record, value] = next;
      const read = await readRecord(plane, record);
      if (read !== value) wrong.push(`${record} reads ${read}, not ${value}`);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return wrong;
};
