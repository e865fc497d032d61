import type { Metadata, Route } from "next";
import { forbidden } from "next/navigation";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { CreateConnectionForm } from "./create-connection-form.tsx";

type NewConnectionPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: NewConnectionPageProps): Promise<Metadata> => ({
  title: `Connect a KMS for ${(await params).tenant}`,
});

const NewConnectionPage = async ({ params }: NewConnectionPageProps) => {
  const { account } = await gate();
  if (!may(account.role, "connection:manage")) forbidden();
  const tenant = await read(getTenant, await params);
  return (
    <>
      <PageHeader
        title="Connect a KMS"
        crumbs={[
          { href: "/tenants", label: "Tenants" },
          { href: `/t/${tenant.slug}/connections` as Route, label: tenant.name },
        ]}
      />
      <CreateConnectionForm tenant={tenant.slug} />
    </>
  );
};

export default NewConnectionPage;
