import { putDeks, takeTransactionId } from "#db/queries/dek.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import type { Keeper } from "#keeper/keeper.ts";
import { startRewraps } from "#keeper/rewrap/start.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { generateDek } from "#lib/crypto/dek.ts";
import { withKeyBytes } from "#lib/crypto/secret-key.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { unwrapDek, wrapDek } from "#lib/crypto/wrapped-dek.ts";
import type { KeyId, TenantId } from "#lib/domain/ids.ts";
import type { JobView } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";
import { getJob } from "#lib/services/rewrap/get-job.ts";
import { startRewrap } from "#lib/services/rewrap/start-rewrap.ts";

/** What a test works on: one tenant's key and the DEKs it has put under it, in hex, by record id. */
export type Scene = {
  t: TestDatabase;
  keeper: Keeper;
  tenantId: TenantId;
  slug: string;
  keyId: KeyId;
  deks: Map<string, string>;
};

/** Fresh DEKs under a version, in the caller's transaction. */
export const putFreshDeks = async (
  scene: Scene,
  tx: TenantTx,
  version: number,
  recordIds: readonly string[],
): Promise<void> => {
  const { kek, purpose } = await scene.keeper.keks.forUnwrap(
    scene.tenantId,
    scene.keyId,
    version,
    "req_test",
  );
  const wrapped = recordIds.map((id) => {
    const dek = generateDek();
    scene.deks.set(
      id,
      withKeyBytes(dek.key, (bytes) => bytes.toString("hex")),
    );
    return wrapDek(kek, dek, { purpose, tenant: scene.tenantId });
  });
  await takeTransactionId(tx);
  await putDeks(tx, {
    keyId: scene.keyId,
    keyVersion: version,
    recordIds,
    wrapped: Buffer.concat(wrapped),
  });
};

export const fillDeks = async (scene: Scene, version: number, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => newUuid());
  await withTenant(scene.t.keeper, scene.tenantId, (tx) => putFreshDeks(scene, tx, version, ids));
  return ids;
};

/** The DEKs that do not open, or not as what was put there. */
export const wrongDeks = async (scene: Scene): Promise<string[]> => {
  const rows = await scene.t.superuser<{ id: string; version: number; wrapped: Uint8Array }[]>`
    SELECT record_id AS id, key_version AS version, wrapped_dek AS wrapped FROM dek WHERE key_id = ${scene.keyId}`;
  const wrong = new Set(scene.deks.keys());
  for (const row of rows) {
    const open = await scene.keeper.keks.forUnwrap(scene.tenantId, scene.keyId, row.version, "req_test");
    try {
      const dek = unwrapDek(open.kek, row.wrapped, { purpose: open.purpose, tenant: scene.tenantId });
      if (withKeyBytes(dek.key, (bytes) => bytes.toString("hex")) === scene.deks.get(row.id))
        wrong.delete(row.id);
    } catch {
      // It stays among the wrong ones.
    }
  }
  return [...wrong];
};

export const startJob = async (scene: Scene, maxRate?: number): Promise<string> =>
  (await startRewrap(cliContext(scene.t), { tenant: scene.slug, key: "default", maxRate })).result.id;

export const jobOf = (scene: Scene, id: string): Promise<JobView> => getJob(cliContext(scene.t), { job: id });

export const until = async (scene: Scene, id: string, holds: (job: JobView) => boolean): Promise<JobView> => {
  for (let tries = 0; tries < 600; tries += 1) {
    const job = await jobOf(scene, id);
    if (holds(job)) return job;
    if (hasEnded(job.status)) throw new Error(`The job ended as ${job.status} (${job.wait_code}).`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`The job is still ${(await jobOf(scene, id)).status}.`);
};

export const ended = (job: JobView): boolean => hasEnded(job.status);

/** The engine with sizes that make a few hundred DEKs many batches and several chunks. */
export const startEngine = (scene: Pick<Scene, "keeper">): Promise<{ close(): Promise<void> }> =>
  startRewraps(scene.keeper, { sizes: { batch: 20, chunk: 70, ahead: 2 }, pollMs: 20 });

/** The actions of a job's events in the order they were written. */
export const eventsOf = async (scene: Scene, id: string): Promise<string[]> =>
  (
    await scene.t.superuser<{ action: string }[]>`
      SELECT action FROM audit_event WHERE target_id = ${id} ORDER BY xid, ordinal`
  ).map(({ action }) => action);
