import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuBetween, cpuByProcess } from "./cpu-by-process.ts";
import type { Answered } from "./http-client.ts";
import { sendFor } from "./http-client.ts";
import { percentile } from "./percentile.ts";
import type { KeeperScene } from "./with-keeper.ts";
import { withKeeper } from "./with-keeper.ts";

export type HttpBench = {
  /** Fields encrypted and answered per second, access windows on, wraps counted. */
  fields_per_s: number;
  p99_ms: number;
  requests: number;
  connections: number;
};

const ITEMS = 100;
const FIELDS = 3;
const FIELD_BYTES = 256;
const CONNECTIONS = 2;
/** Until the keeper's code is compiled and its memory has grown. */
const WARM_UP_MS = 5_000;
/** The first garbage of the start is cleared away meanwhile. */
const SETTLE_MS = 1_000;

const field = (): string => randomBytes(FIELD_BYTES).toString("base64");
const batch = (): Buffer =>
  Buffer.from(
    JSON.stringify({
      items: Array.from({ length: ITEMS }, (_, n) => ({
        collection: "customers",
        record: `${n}`,
        fields: { email: field(), phone: field(), government_id: field() },
      })),
    }),
  );

const itemsIn = (answered: readonly Answered[]): number =>
  answered.reduce((sum, { items }) => sum + items, 0);

/** Every item must have come back encrypted, and its wrap must have been counted before it left. */
const check = async (
  { t }: KeeperScene,
  answered: readonly Answered[],
  warm: readonly Answered[],
): Promise<number> => {
  const items = itemsIn(answered);
  if (items === 0 || items !== answered.length * ITEMS)
    throw new Error(`${items} of ${answered.length * ITEMS} items went well.`);
  const [out] = await t.superuser<{ n: string }[]>`SELECT sum(issued) AS n FROM key_version`;
  if (Number(out?.n) !== items + itemsIn(warm))
    throw new Error(`${out?.n} wraps were counted of ${items + itemsIn(warm)}.`);
  return items;
};

type Options = { seconds: number; say: (line: string) => void };

/** `POST /encrypt` of 100 items with three fields of 256 bytes, against a real keeper process. */
export const benchHttp = ({ seconds, say }: Options): Promise<HttpBench> =>
  withKeeper(["crypto:use"], async (scene) => {
    const { url, token, tenant } = scene.plane;
    const call = { url: `${url}/v1/tenants/${tenant}/encrypt`, token, body: batch() };
    const warm = await sendFor(call, { connections: CONNECTIONS, ms: WARM_UP_MS });
    await sleep(SETTLE_MS);
    const [began, cpu] = [performance.now(), cpuByProcess()];
    const answered = await sendFor(call, { connections: CONNECTIONS, ms: seconds * 1000 });
    const took = (performance.now() - began) / 1000;
    say(`of one core: ${cpuBetween(cpu, cpuByProcess(), took)}`);
    const items = await check(scene, answered, warm);
    const times = answered.map(({ ms }) => ms);
    say(
      `${answered.length} requests in ${took.toFixed(1)} s, median ${percentile(times, 0.5).toFixed(1)} ms`,
    );
    return {
      fields_per_s: Math.round((items * FIELDS) / took),
      p99_ms: Number(percentile(times, 0.99).toFixed(2)),
      requests: answered.length,
      connections: CONNECTIONS,
    };
  });
