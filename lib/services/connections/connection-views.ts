import type { ConnectionRow } from "#db/queries/connection-read.ts";
import { listConnectionRows, listPreflightRows } from "#db/queries/connection-read.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import { ConnectionConfig, secretFieldOf } from "#lib/domain/connection.ts";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { quotaOf } from "#lib/domain/kms-quota.ts";
import type { PreflightView } from "#lib/domain/preflight.ts";

const toView = (row: ConnectionRow, preflight: PreflightView | null): ConnectionView => {
  const { health, since, probedAt, code, message, deletionAt, latencyMs, versions, ...found } = row;
  const { algorithm, protection, paused, ...rest } = found;
  const config = ConnectionConfig.parse(row.config);
  return {
    ...rest,
    secretField: secretFieldOf(config),
    quota: quotaOf(config, { algorithm, protection }),
    probe:
      health === null
        ? null
        : {
            health,
            since: since ?? row.createdAt,
            at: probedAt ?? row.createdAt,
            code,
            message,
            deletionAt: deletionAt,
            latencyMs,
            algorithm,
            protection,
            versions: versions ?? [],
            paused,
          },
    preflight,
  };
};

/** The owner's connections, or the one of a name, each with its newest test. */
export const readConnectionViews = async (tx: OwnerTx, name?: string): Promise<ConnectionView[]> => {
  const views: ConnectionView[] = [];
  for (const row of await listConnectionRows(tx, name ?? null)) {
    const [newest] = await listPreflightRows(tx, row.id, 1);
    views.push(toView(row, newest ?? null));
  }
  return views;
};
