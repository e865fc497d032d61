import { findCmkKeyId } from "#db/queries/connection.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import type { Keeper } from "../keeper.ts";
import { countKmsCalls } from "../metrics/count-kms-calls.ts";
import type { OpenConnection } from "./book.ts";
import { cmkConfigOf } from "./cmk-config.ts";
import { egressOptionsOf } from "./egress-options.ts";
import { openConfig, readConnection } from "./read-connection.ts";

/** A connection behind its limits, as it stands now: its row is read and verified each time. */
export const openConnection = async (
  keeper: Keeper,
  tenantId: TenantId,
  id: string,
  req: string,
): Promise<OpenConnection> => {
  const row = await readConnection(keeper, tenantId, id, req);
  const { policy } = keeper.connections;
  return keeper.connections.at({ tenantId, id, rev: row.rev }, async (link) => {
    const given = openConfig(keeper, tenantId, row);
    const adapter = await link({ egress: egressOptionsOf(given.config, policy) }).cmk(
      cmkConfigOf(given, policy),
    );
    return countKmsCalls(adapter);
  });
};

/** The adapter of a CMK: the platform's own, or that of a connection, which has its CMK's id. */
export const openCmk = async (
  keeper: Keeper,
  tenantId: TenantId,
  cmkId: string,
  req: string,
): Promise<KmsAdapter> =>
  cmkId === keeper.platform.id
    ? keeper.kms(cmkId)
    : (await openConnection(keeper, tenantId, cmkId, req)).adapter;

const keyIds = new Map<string, string>();
const KEY_IDS_MAX = 10_000;

/** What records call a CMK. It never changes. */
export const cmkKeyIdOf = async (keeper: Keeper, tenantId: TenantId, cmkId: string): Promise<string> => {
  if (cmkId === keeper.platform.id) return keeper.kms(cmkId).keyId;
  const held = keyIds.get(cmkId);
  if (held !== undefined) return held;
  const keyId = await withTenant(keeper.db, tenantId, (tx) => findCmkKeyId(tx, cmkId));
  if (keyId === null) throw notFound("CMK");
  if (keyIds.size >= KEY_IDS_MAX) keyIds.clear();
  keyIds.set(cmkId, keyId);
  return keyId;
};
