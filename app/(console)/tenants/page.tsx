import type { Metadata, Route } from "next";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatCount } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

export const metadata: Metadata = { title: "Tenants" };

const TenantsPage = async () => {
  const { account } = await gate();
  const tenants = await read(listTenants);
  const now = pageNow();
  const create = may(account.role, "tenant:create") ? (
    <ButtonLink href="/tenants/new" variant="primary">
      Create tenant
    </ButtonLink>
  ) : null;
  return (
    <>
      <PageHeader
        title="Tenants"
        meta={`${formatCount(tenants.length)} in all`}
        actions={tenants.length > 0 ? create : null}
      />
      <div className="mt-4">
        {tenants.length === 0 ? (
          <EmptyState title="No tenants yet" actions={create}>
            A tenant is one of your customers. Its keys, records and log are kept apart from every other’s.
          </EmptyState>
        ) : (
          <Table label="Tenants">
            <THead>
              <Th>Tenant</Th>
              <Th>Slug</Th>
              <Th numeric>Keys</Th>
              <Th>Created</Th>
            </THead>
            <TBody>
              {tenants.map((tenant) => (
                <Tr key={tenant.id}>
                  <Td className="max-w-120 truncate">
                    <TextLink href={`/t/${tenant.slug}` as Route}>{tenant.name}</TextLink>
                  </Td>
                  <Td mono muted className="max-w-80 truncate">
                    {tenant.slug}
                  </Td>
                  <Td numeric>{formatCount(tenant.keys)}</Td>
                  <Td muted>
                    <RelativeTime at={tenant.createdAt} now={now} />
                  </Td>
                </Tr>
              ))}
            </TBody>
          </Table>
        )}
      </div>
    </>
  );
};

export default TenantsPage;
