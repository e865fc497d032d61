import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "#cli/embedded/cluster.ts";
import { freePort } from "#cli/embedded/free-port.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { startKeeper } from "#keeper/testing/keeper-process.ts";
import { prepareTenant, TENANT } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { sendFor } from "./http-client.ts";

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
const WARM_UP_MS = 3_000;

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

/** `POST /encrypt` of 100 items with three fields of 256 bytes, against a real keeper process. */
export const benchHttp = async ({
  seconds,
  say,
}: {
  seconds: number;
  say: (line: string) => void;
}): Promise<HttpBench> => {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "keyfold-bench-"));
  // The database's user must be able to enter.
  chmodSync(dataDir, 0o755);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const cluster = await startCluster({ dataDir });
  stack.defer(() => cluster.stop());
  const t = await createTestDatabase(cluster.superuserUrl);
  stack.defer(() => t.drop());
  const env = {
    KEYFOLD_DATA_DIR: dataDir,
    KEEPER_DATABASE_URL: t.urls.keeper,
    SEQUENCER_DATABASE_URL: t.urls.sequencer,
  };
  const keeper = await startKeeper(env, await freePort());
  stack.defer(() => keeper.stop());
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));

  const token = await prepareTenant(cliContext(t), ["crypto:use"]);
  const call = { url: `${keeper.url}/v1/tenants/${TENANT}/encrypt`, token, body: batch() };
  const warm = await sendFor(call, { connections: CONNECTIONS, ms: WARM_UP_MS });
  const began = performance.now();
  const answered = await sendFor(call, { connections: CONNECTIONS, ms: seconds * 1000 });
  const took = (performance.now() - began) / 1000;
  const items = answered.reduce((sum, answer) => sum + answer.items, 0);
  if (items === 0 || items !== answered.length * ITEMS)
    throw new Error(`${items} of ${answered.length * ITEMS} items went well.`);
  const [out] = await t.superuser<{ n: string }[]>`SELECT sum(issued) AS n FROM key_version`;
  if (Number(out?.n) !== items + warm.length * ITEMS)
    throw new Error(`${out?.n} wraps were counted of ${items + warm.length * ITEMS}.`);
  const sorted = answered.map(({ ms }) => ms).toSorted((a, b) => a - b);
  say(
    `${answered.length} requests in ${took.toFixed(1)} s, median ${sorted[sorted.length >> 1]?.toFixed(1)} ms`,
  );
  return {
    fields_per_s: Math.round((items * FIELDS) / took),
    p99_ms: Number((sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0).toFixed(2)),
    requests: answered.length,
    connections: CONNECTIONS,
  };
};
