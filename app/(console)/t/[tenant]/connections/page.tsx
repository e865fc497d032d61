import type { Metadata, Route } from "next";
import { ConnectionsTable } from "#components/connections-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listConnections } from "#lib/services/connections/list-connections.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { TenantHeader } from "../tenant-header.tsx";

type ConnectionsPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: ConnectionsPageProps): Promise<Metadata> => ({
  title: `Connections of ${(await params).tenant}`,
});

const ConnectionsPage = async ({ params }: ConnectionsPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [tenant, { connections }] = await Promise.all([read(getTenant, input), read(listConnections, input)]);
  const here = `/t/${tenant.slug}/connections`;
  const create = may(account.role, "connection:manage") ? (
    <ButtonLink href={`${here}/new` as Route} variant="primary">
      Connect a KMS
    </ButtonLink>
  ) : null;
  const now = pageNow();
  return (
    <>
      <TenantHeader tenant={tenant} actions={connections.length > 0 ? create : null} />
      <div className="mt-4">
        {connections.length === 0 ? (
          <EmptyState title="No connections yet" actions={create}>
            The keys of this tenant are under the platform’s CMK. With a connection they are under a key in
            the tenant’s own KMS, which it can disable at any time.
          </EmptyState>
        ) : (
          <ConnectionsTable connections={connections} page={here} now={now} />
        )}
      </div>
    </>
  );
};

export default ConnectionsPage;
