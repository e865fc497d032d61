import type { Route } from "next";
import type { ReactNode } from "react";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TabNav } from "#components/ui/tab-nav.tsx";

type TenantHeaderProps = { tenant: { id: string; slug: string; name: string }; actions?: ReactNode };

/** The heading that a tenant's pages share. */
export const TenantHeader = ({ tenant, actions }: TenantHeaderProps) => (
  <>
    <PageHeader
      title={tenant.name}
      crumbs={[{ href: "/tenants", label: "Tenants" }]}
      meta={
        <>
          <span className="font-mono break-all">{tenant.slug}</span>
          <Copyable value={tenant.id} label="tenant id" short />
        </>
      }
      actions={actions}
    />
    <TabNav
      label="Tenant"
      items={[
        { href: `/t/${tenant.slug}` as Route, label: "Home" },
        { href: `/t/${tenant.slug}/keys` as Route, label: "Keys" },
        { href: `/t/${tenant.slug}/connections` as Route, label: "Connections" },
        { href: `/t/${tenant.slug}/tokens` as Route, label: "Service tokens" },
      ]}
    />
  </>
);
