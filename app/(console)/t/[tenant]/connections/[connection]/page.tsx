import type { Metadata, Route } from "next";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { getConnection } from "#lib/services/connections/get-connection.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { readHolders } from "../../read-holders.ts";
import { ConnectionLive } from "./connection-live.tsx";

type ConnectionPageProps = { params: Promise<{ tenant: string; connection: string }> };

export const generateMetadata = async ({ params }: ConnectionPageProps): Promise<Metadata> => {
  const { tenant, connection } = await params;
  return { title: `Connection ${connection} of ${tenant}` };
};

const ConnectionPage = async ({ params }: ConnectionPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [tenant, found, holders, { keys }] = await Promise.all([
    read(getTenant, input),
    read(getConnection, input),
    readHolders(account.role, input),
    read(listKeys, input),
  ]);
  const { connection } = found;
  return (
    <>
      <PageHeader
        title={connection.name}
        mono
        crumbs={[
          { href: "/tenants", label: "Tenants" },
          { href: `/t/${tenant.slug}/connections` as Route, label: tenant.name },
        ]}
        meta={<Copyable value={connection.id} label="connection id" short />}
      />
      <ConnectionLive
        tenant={tenant.slug}
        initial={found}
        holders={holders}
        keys={keys}
        may={{
          manage: may(account.role, "connection:manage"),
          test: may(account.role, "connection:test"),
          rotate: may(account.role, "connection:rotate"),
          move: may(account.role, "key:move"),
        }}
      />
    </>
  );
};

export default ConnectionPage;
