import { findCmkKeyId, isConnectionOf } from "#db/queries/connection.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { OwnerId, TenantId } from "#lib/domain/ids.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import type { Keeper } from "../keeper.ts";
import { countKmsCalls } from "../metrics/count-kms-calls.ts";
import type { OpenConnection } from "./book.ts";
import { cmkConfigOf } from "./cmk-config.ts";
import { egressOptionsOf } from "./egress-options.ts";
import { openConfig, readConnection } from "./read-connection.ts";
import { withOwner } from "./with-owner.ts";

/** Whose a connection is that a tenant's key may be under: the tenant's, or else the platform's. */
export const ownerOfConnection = async (keeper: Keeper, tenantId: TenantId, id: string): Promise<OwnerId> =>
  (await withTenant(keeper.db, tenantId, (tx) => isConnectionOf(tx, id))) ? tenantId : keeper.deploymentId;

/** A connection behind its limits, as it stands now: its row is read and verified each time. */
export const openConnection = async (
  keeper: Keeper,
  ownerId: OwnerId,
  id: string,
  req: string,
): Promise<OpenConnection> => {
  const row = await readConnection(keeper, ownerId, id, req);
  const { policy } = keeper.connections;
  return keeper.connections.at({ ownerId, id, rev: row.rev }, async (link) => {
    const given = openConfig(keeper, ownerId, row);
    const adapter = await link({ egress: egressOptionsOf(given.config, policy) }).cmk(
      cmkConfigOf(given, policy),
    );
    return countKmsCalls(adapter);
  });
};

/** The adapter of a CMK: the one that the settings name, or that of a connection, which has its CMK's id. */
export const openCmk = async (
  keeper: Keeper,
  tenantId: TenantId,
  cmkId: string,
  req: string,
): Promise<KmsAdapter> =>
  cmkId === keeper.platform.id
    ? keeper.kms(cmkId)
    : (await openConnection(keeper, await ownerOfConnection(keeper, tenantId, cmkId), cmkId, req)).adapter;

const keyIds = new Map<string, string>();
const KEY_IDS_MAX = 10_000;

/** What records call a CMK. It never changes. */
export const cmkKeyIdOf = async (keeper: Keeper, tenantId: TenantId, cmkId: string): Promise<string> => {
  if (cmkId === keeper.platform.id) return keeper.kms(cmkId).keyId;
  const held = keyIds.get(cmkId);
  if (held !== undefined) return held;
  const ownerId = await ownerOfConnection(keeper, tenantId, cmkId);
  const keyId = await withOwner(keeper, ownerId, (tx) => findCmkKeyId(tx, cmkId));
  if (keyId === null) throw notFound("CMK");
  if (keyIds.size >= KEY_IDS_MAX) keyIds.clear();
  keyIds.set(cmkId, keyId);
  return keyId;
};
