import type { Metadata, Route } from "next";
import { ConnectionsTable } from "#components/connections-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listPlatformConnections } from "#lib/services/connections/list-connections.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

export const metadata: Metadata = { title: "Platform connections" };

const HERE = "/settings/connections";

const PlatformConnectionsPage = async () => {
  const { account } = await gate();
  const { connections } = await read(listPlatformConnections);
  const create = may(account.role, "platform-connection:manage") ? (
    <ButtonLink href={`${HERE}/new` as Route} variant="primary">
      Connect a KMS
    </ButtonLink>
  ) : null;
  return (
    <>
      <PageHeader
        title="Platform connections"
        meta="For keys of any tenant. No tenant sees them."
        actions={connections.length > 0 ? create : null}
      />
      <div className="mt-4">
        {connections.length === 0 ? (
          <EmptyState title="No connections yet" actions={create}>
            Keys of tenants without a KMS of their own are under the CMK that the operator’s settings name.
            With a connection of the platform they can be under another, each bound to its tenant.
          </EmptyState>
        ) : (
          <ConnectionsTable connections={connections} page={HERE} now={pageNow()} />
        )}
      </div>
    </>
  );
};

export default PlatformConnectionsPage;
