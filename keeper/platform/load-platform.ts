import type { Database } from "#db/client.ts";
import { isUniqueViolation } from "#db/errors.ts";
import type { KeyringRow, PlatformRow } from "#db/queries/platform.ts";
import { findNewestKeyring, findPlatformCmk, insertPlatform } from "#db/queries/platform.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { generateKek } from "#lib/crypto/kek.ts";
import type { Keyring } from "#lib/crypto/keyring.ts";
import { deriveKeyring } from "#lib/crypto/keyring.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import { unwrapKek, wrapKek } from "#lib/kms/wrap-kek.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { PlatformCmk } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import type { PlatformKey } from "./platform-key.ts";

type Start = { id: string; deploymentId: string; db: Database; key: PlatformKey; req: string };

const PURPOSE = "keyring";

/** First start: the platform CMK, and the keyring's first generation wrapped by it. */
const createPlatform = async ({ id, deploymentId, db, key, req }: Start): Promise<void> => {
  const cmkId = newId();
  await key.create(cmkId);
  const adapter = key.cmk(cmkId);
  const ring = { generation: 1, id: newId() };
  const dk = generateKek({ keyId: ring.id, version: ring.generation });
  const { blob, cmkVersion } = await wrapKek(adapter, dk, { tenant: deploymentId, purpose: PURPOSE });
  await withOperator(db, async (tx) => {
    await insertPlatform(
      tx,
      {
        id: cmkId,
        provider: adapter.provider,
        providerKeyId: adapter.keyId,
        number: 1,
        providerVersion: cmkVersion,
      },
      { ...ring, cmkId, cmkVersion, wrapped: blob },
    );
    const event = {
      action: "keyring.created" as const,
      target: { type: "keyring" as const, id: ring.id },
      detail: { generation: ring.generation, cmk: cmkId },
    };
    await writeEvents(tx, keeperMeta({ id }, req), [event]);
  });
};

const openKeyring = async ({ deploymentId, key }: Start, row: KeyringRow): Promise<Keyring> =>
  deriveKeyring(
    await unwrapKek(
      key.cmk(row.cmkId),
      { blob: row.wrapped, cmkVersion: row.cmkVersion },
      { tenant: deploymentId, key: row.id, purpose: PURPOSE, version: row.generation },
    ),
  );

/**
 * Opens the platform CMK and the keepers' keyring, made on the first start, and logs `crypto.key_loaded`.
 *
 * @throws the `KMS_…` error of a CMK that cannot be opened: a keeper does not run without its keyring; `INVALID_STATE`
 *   when the CMK on record is not the one of the settings.
 */
export const loadPlatform = async (start: Start): Promise<{ platform: PlatformCmk; keyring: Keyring }> => {
  const find = () =>
    withOperator(start.db, async (tx) => [await findPlatformCmk(tx), await findNewestKeyring(tx)] as const);
  let [cmk, ring]: readonly [PlatformRow | null, KeyringRow | null] = await find();
  if (!cmk || !ring) {
    // Another keeper may be doing the same: the one platform row decides, and the loser takes the winner's.
    await createPlatform(start).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
    });
    [cmk, ring] = await find();
  }
  if (!cmk || !ring) throw new DomainError("INTERNAL", "The platform key could not be made.");
  start.key.refuseOther(cmk);
  const keyring = await openKeyring(start, ring);
  const platform = { id: cmk.id, provider: start.key.provider, number: cmk.number };
  const event = {
    action: "crypto.key_loaded" as const,
    target: { type: "cmk" as const, id: platform.id },
    detail: { provider: platform.provider, key_version: platform.number, cmk: platform.id },
  };
  await withOperator(start.db, (tx) => writeEvents(tx, keeperMeta(start, start.req), [event]));
  return { platform, keyring };
};
