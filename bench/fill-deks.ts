import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { putDeks } from "#db/queries/dek.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import type { Keeper } from "#keeper/keeper.ts";
import type { KeyId, TenantId } from "#lib/domain/ids.ts";
import type { MadeDeks, MakeDeks } from "./make-deks.ts";

/** The key that a bench is about, and how many DEKs it gets. */
export type Setup = { t: TestDatabase; tenantId: TenantId; keyId: KeyId; rows: number };

const FILL_BATCH = 5_000;

/** Real DEKs under a real KEK, written by the data plane's own statement. There are no records behind them: a rewrap touches none. */
export const fillDeks = async (keeper: Keeper, { t, tenantId, keyId, rows }: Setup): Promise<void> => {
  const { kek, purpose } = await keeper.keks.forWrap(tenantId, "default", rows, "req_bench");
  const workerData: MakeDeks = {
    keyId,
    version: kek.version,
    key: kek.key,
    binding: { purpose, tenant: tenantId },
  };
  const thread = new Worker(new URL("./make-deks.ts", import.meta.url), { workerData });
  for (let done = 0; done < rows; done += FILL_BATCH) {
    thread.postMessage(Math.min(FILL_BATCH, rows - done));
    const [{ recordIds, wrapped }] = (await once(thread, "message")) as [MadeDeks];
    await withTenant(t.keeper, tenantId, (tx) =>
      putDeks(tx, { keyId, keyVersion: kek.version, recordIds, wrapped: Buffer.from(wrapped) }),
    );
  }
  await thread.terminate();
};
