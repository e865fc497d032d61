import { createTestDatabase } from "#db/testing/test-database.ts";
import type { Keeper } from "#keeper/keeper.ts";
import { createDataPlane } from "#keeper/records/data-plane.ts";
import { getRecord } from "#keeper/records/get-record.ts";
import { putRecords } from "#keeper/records/put-records.ts";
import { cliContext, makeTenantWithKey, mintTestToken, rotate } from "#keeper/testing/test-keeper.ts";
import type { Caller } from "#keeper/tokens/caller.ts";
import type { TokenId } from "#lib/domain/ids.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { moveKey } from "#lib/services/keys/move-key.ts";
import { createMoveScene, type MoveScene, sum, TENANT } from "./move-scene.ts";

const COLLECTION = "people";
const BATCH = 500;
const AT_ONCE = 8;
const CALLS_PER_VERSION_MAX = 3;
const PLACES = [
  { from: "local", to: "aws-kms", connection: "aws" },
  { from: "aws-kms", to: "azure-keyvault", connection: "azure" },
] as const;

export type Move = {
  from: string;
  to: string;
  /** Calls of keys that the clouds counted during the move, by operation. */
  kms_calls: Record<string, number>;
  logins: number;
  per_version: number;
  /** Rows of records and DEKs that the move wrote. */
  touched: number;
  opened: number;
  /** Calls that opening every record took, by a keeper that held no key. */
  opening_calls: Record<string, number>;
  seconds: number;
};
export type MoveRun = { records: number; versions: number; moves: Move[] };

type Options = { superuserUrl: string; records: number; versions: number; say: (line: string) => void };
type Run = Omit<Options, "superuserUrl"> & { scene: MoveScene; caller: Caller };

const nameOf = (n: number): string => `p${n}`;
const valueOf = (n: number): string => `the address of person ${n}`;

/** The records, spread evenly over the key's versions. */
const write = async ({ scene, caller, records, versions }: Run): Promise<void> => {
  const plane = createDataPlane(scene.keeper);
  for (let version = 1, next = 0; version <= versions; version += 1) {
    const end = Math.floor((records * version) / versions);
    while (next < end) {
      const until = Math.min(end, next + BATCH);
      const batch = Array.from({ length: until - next }, (_, index) => ({
        collection: COLLECTION,
        record: nameOf(next + index),
        fields: [["address", valueOf(next + index)]] as const,
      }));
      await putRecords(plane, caller, batch, "req_move");
      next = until;
    }
    if (version < versions) await rotate(scene.t, scene.keeper, TENANT);
  }
  await plane.close();
};

/** How many records hold what was written, read one by one by this keeper. */
const openAll = async (keeper: Keeper, { caller, records }: Run): Promise<number> => {
  const plane = createDataPlane(keeper);
  let next = 0;
  let opened = 0;
  const reader = async (): Promise<void> => {
    while (next < records) {
      const n = next;
      next += 1;
      const name = { collection: COLLECTION, record: nameOf(n) };
      const { fields } = await getRecord(plane, caller, name, "req_move").catch(() => ({
        fields: {} as Record<string, string>,
      }));
      if (fields.address === valueOf(n)) opened += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  await plane.close();
  return opened;
};

/** Where each row of records and DEKs lies, and which transaction wrote it. */
const rowsOf = async ({ scene: { t }, caller: { tenantId } }: Run): Promise<Set<string>> => {
  const rows = await t.superuser<{ row: string }[]>`
    SELECT 'd' || ctid::text || xmin::text AS row FROM dek WHERE tenant_id = ${tenantId}
    UNION ALL SELECT 'r' || ctid::text || xmin::text FROM record WHERE tenant_id = ${tenantId}`;
  return new Set(rows.map(({ row }) => row));
};

const moveTo = async (run: Run, { from, to, connection }: (typeof PLACES)[number]): Promise<Move> => {
  const { scene, say } = run;
  const rows = await rowsOf(run);
  const startedAt = performance.now();
  const moved = await scene.counting(async () =>
    scene.done(await moveKey(cliContext(scene.t), { tenant: TENANT, key: "default", connection })),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const touched = [...(await rowsOf(run))].filter((row) => !rows.has(row)).length;
  const { keys } = await listKeys(cliContext(scene.t), { tenant: TENANT });
  if (keys[0]?.versions.length !== run.versions || keys[0]?.provider !== connection)
    throw new Error(`The key is not at ${to} with ${run.versions} versions.`);
  say(`${to}: ${run.versions} versions in ${seconds.toFixed(1)} s; opening ${run.records} records`);
  const reader = await scene.freshKeeper();
  const read = await scene.counting(() => openAll(reader.keeper, run));
  await reader.close();
  return {
    from,
    to,
    kms_calls: moved.calls.keys,
    logins: moved.calls.logins,
    per_version: sum(Object.values(moved.calls.keys)) / run.versions,
    touched,
    opened: read.value,
    opening_calls: read.calls.keys,
    seconds: Number(seconds.toFixed(2)),
  };
};

/** What is wrong with a run: nothing when it may be believed and kept to its bounds. */
export const problemsOf = ({ records, versions, moves }: MoveRun): string[] => [
  ...(moves.length > 0 ? [] : ["nothing was moved"]),
  ...moves.flatMap(({ to, per_version, opened, touched, kms_calls, opening_calls }) => [
    ...(opened === records ? [] : [`${records - opened} records do not open at ${to}`]),
    ...(touched === 0 ? [] : [`${touched} rows were written by the move to ${to}`]),
    ...(sum(Object.values(kms_calls)) >= versions ? [] : [`the move to ${to} was not counted`]),
    ...(per_version <= CALLS_PER_VERSION_MAX ? [] : [`${per_version} calls for each version to ${to}`]),
    ...(sum(Object.values(opening_calls)) === versions
      ? []
      : [`opening at ${to} took ${sum(Object.values(opening_calls))} calls for ${versions} versions`]),
  ]),
];

/**
 * Moves a tenant with its records from the local KMS to AWS and on to Azure, counts what the clouds are asked, and has
 * a keeper that holds no key open every record after each move.
 */
export const runMove = async (options: Options): Promise<{ result: MoveRun; problems: string[] }> => {
  const { superuserUrl, records, versions, say } = options;
  if (records < versions) throw new Error("Give at least one record for each version.");
  await using stack = new AsyncDisposableStack();
  const t = await createTestDatabase(superuserUrl);
  stack.defer(() => t.drop());
  const scene = await createMoveScene(t);
  stack.defer(() => scene.close());
  const { tenantId } = await makeTenantWithKey(t, scene.keeper, TENANT);
  const scopes = ["records:read", "records:write"] as const;
  const { id } = await mintTestToken(t, scene.keeper, TENANT, [...scopes]);
  const caller: Caller = {
    tenantId,
    slug: TENANT,
    tokenId: id as TokenId,
    scopes,
    rateLimit: null,
    accessLog: "windows",
    req: "req_move",
  };
  const run: Run = { scene, caller, records, versions, say };
  await scene.connectBoth();
  await write(run);
  say(`${records} records are written under ${versions} versions`);
  const moves: Move[] = [];
  for (const place of PLACES) moves.push(await moveTo(run, place));
  const result = { records, versions, moves };
  return { result, problems: problemsOf(result) };
};
