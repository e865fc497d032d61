import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { gate } from "#lib/web/gate.ts";
import { CreateTenantForm } from "./create-tenant-form.tsx";

export const metadata: Metadata = { title: "Create tenant" };

const NewTenantPage = async () => {
  const { account } = await gate();
  if (!may(account.role, "tenant:create")) forbidden();
  return (
    <>
      <PageHeader title="Create tenant" crumbs={[{ href: "/tenants", label: "Tenants" }]} />
      <CreateTenantForm />
    </>
  );
};

export default NewTenantPage;
