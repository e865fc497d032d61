import type { Metadata } from "next";
import { Pager } from "#components/pager.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { searchTenants } from "#lib/services/tenants/search-tenants.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { TenantFilter } from "./tenant-filter.tsx";
import { tenantsHref, toTenantQuery } from "./tenant-query.ts";
import { TenantsTable } from "./tenants-table.tsx";

export const metadata: Metadata = { title: "Tenants" };

type TenantsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const TenantsPage = async ({ searchParams }: TenantsPageProps) => {
  const { account } = await gate();
  const query = toTenantQuery(await searchParams);
  const { tenants, next } = await read(searchTenants, query);
  const create = may(account.role, "tenant:create") ? (
    <ButtonLink href="/tenants/new" variant="primary">
      Create tenant
    </ButtonLink>
  ) : null;
  const filtered = query.text !== undefined || query.state !== undefined;
  const none = tenants.length === 0 && !filtered && query.cursor === undefined;
  return (
    <>
      <PageHeader title="Tenants" actions={none ? null : create} />
      <div className="mt-4 grid gap-4">
        {none ? null : <TenantFilter query={query} />}
        {tenants.length > 0 ? (
          <TenantsTable tenants={tenants} query={query} now={pageNow()} />
        ) : none ? (
          <EmptyState title="No tenants yet" actions={create}>
            A tenant is one of your customers. Its keys, records and log are kept apart from every other’s.
          </EmptyState>
        ) : (
          <EmptyState
            title="No tenant matches"
            actions={<ButtonLink href="/tenants">Clear the filters</ButtonLink>}
          />
        )}
        <Pager
          first={query.cursor ? tenantsHref({ ...query, cursor: undefined }) : null}
          next={next ? tenantsHref({ ...query, cursor: next }) : null}
        />
      </div>
    </>
  );
};

export default TenantsPage;
