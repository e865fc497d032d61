import type { SealedVersion } from "#db/queries/key-version.ts";
import { findVersion, listUnwrappable, lockKey, updateVersion } from "#db/queries/key-version.ts";
import { updateKeyHolder } from "#db/queries/key-write.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { countRequests } from "#lib/kms/egress/count-requests.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import { wrapKek } from "#lib/kms/wrap-kek.ts";
import { findHolder, holdConnection } from "../connections/holder.ts";
import { openCmk } from "../connections/open-cmk.ts";
import type { Keeper } from "../keeper.ts";
import { recordKmsError } from "../keys/record-kms-error.ts";
import { openVersion } from "../keys/open-version.ts";
import type { Effect } from "./effect.ts";
import { askedBy } from "./effect.ts";
import { sealVersion } from "./seal-version.ts";
import { versionChanged } from "./version-events.ts";

/** Versions at once: a long-lived key has many, and a connection's limiter bounds the calls. */
const AT_ONCE = 8;

const changedMeanwhile = (): DomainError =>
  new DomainError("CONFLICT", "The key was changed meanwhile. Look at its versions before you move it.");

/** The same KEK under another CMK: opened at the old place, wrapped at the new one. */
const rewrapKek = async (
  keeper: Keeper,
  tenantId: TenantId,
  version: SealedVersion,
  { cmkId, adapter }: { cmkId: string; adapter: KmsAdapter },
  req: string,
): Promise<SealedVersion> => {
  const kek = await openVersion(keeper, tenantId, version, req);
  try {
    const wrapped = await wrapKek(adapter, kek, { tenant: tenantId, purpose: version.name });
    return sealVersion(keeper, tenantId, { ...version, ...wrapped, cmkId, rev: version.rev + 1 });
  } catch (error) {
    await recordKmsError(keeper, tenantId, cmkId, adapter.provider, error, req);
    throw error;
  }
};

/**
 * Puts a key under the CMK of another connection, or under the platform's. Every version's KEK is wrapped anew and stays
 * the same, so no record is touched; what was wrapped before stays openable at the old place until that CMK is gone.
 */
export const moveKey: Effect<"move-key"> = async ({ keeper, operation, input }) => {
  const { tenantId, req } = operation;
  const { keyId, connectionId } = input;
  const holder = await findHolder(keeper, tenantId, connectionId);
  const found = await withTenant(keeper.db, tenantId, async (tx) => {
    const key = await lockKey(tx, keyId);
    if (!key) throw notFound("key");
    const versions = await Promise.all(
      (await listUnwrappable(tx, keyId)).map((number) => findVersion(tx, keyId, number)),
    );
    return { key, versions: versions.filter((version) => version !== null) };
  });
  const { key } = found;
  if (key.status === "shredding" || key.status === "shredded")
    throw new DomainError("INVALID_STATE", `A key that is ${key.status} cannot be moved.`);
  const moving = found.versions.filter(({ cmkId }) => cmkId !== holder.cmkId);
  const from = moving[0]?.cmkId;
  if (from === undefined)
    throw new DomainError("INVALID_STATE", "The key is under this connection's CMK already.");

  const { value: moved, requests } = await countRequests(async () => {
    const done: [SealedVersion, SealedVersion][] = [];
    const to = { cmkId: holder.cmkId, adapter: await openCmk(keeper, tenantId, holder.cmkId, req) };
    for (let at = 0; at < moving.length; at += AT_ONCE) {
      const batch = moving.slice(at, at + AT_ONCE);
      done.push(
        ...(await Promise.all(
          batch.map(
            async (version): Promise<[SealedVersion, SealedVersion]> => [
              version,
              await rewrapKek(keeper, tenantId, version, to, req),
            ],
          ),
        )),
      );
    }
    return done;
  });

  return async (tx) => {
    const now = await lockKey(tx, keyId);
    if (!now || now.newest !== key.newest || now.rev !== key.rev) throw changedMeanwhile();
    if (connectionId !== null) await holdConnection(tx, connectionId);
    const actor = askedBy(operation);
    for (const [before, after] of moved)
      if (!(await updateVersion(tx, before, after, actor))) throw changedMeanwhile();
    if (!(await updateKeyHolder(tx, keyId, now.rev, holder))) throw changedMeanwhile();
    const rev = now.rev + 1;
    return {
      outcome: {
        keyId,
        versions: moved.length,
        kmsCalls: requests,
        custody: holder.custody,
        provider: holder.provider,
      },
      events: [
        {
          action: "key.moved",
          target: { type: "key", id: keyId },
          detail: { from, to: holder.cmkId, versions: moved.length, kms_calls: requests, rev },
        },
        ...moved.map(([before, after]) => versionChanged(before.state, after)),
      ],
    };
  };
};
