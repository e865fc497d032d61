import { type KeyHolder, toKeyHolder } from "#components/key-holders.ts";
import { may, type Role } from "#lib/domain/permissions.ts";
import { listConnections, listPlatformConnections } from "#lib/services/connections/list-connections.ts";
import { read } from "#lib/web/gate.ts";

/** The connections that a tenant's keys may be under: its own, and the platform's for whoever may see them. */
export const readHolders = async (role: Role, input: { tenant: string }): Promise<KeyHolder[]> => {
  const [own, shared] = await Promise.all([
    read(listConnections, input),
    may(role, "platform-connection:read") ? read(listPlatformConnections) : { connections: [] },
  ]);
  return [...own.connections, ...shared.connections].map(toKeyHolder);
};
