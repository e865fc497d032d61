import type { Metadata, Route } from "next";
import { forbidden } from "next/navigation";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { readHolders } from "../../read-holders.ts";
import { CreateKeyForm } from "./create-key-form.tsx";

type NewKeyPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: NewKeyPageProps): Promise<Metadata> => ({
  title: `Create a key for ${(await params).tenant}`,
});

const NewKeyPage = async ({ params }: NewKeyPageProps) => {
  const { account } = await gate();
  if (!may(account.role, "key:create")) forbidden();
  const input = await params;
  const [tenant, { keys }, holders] = await Promise.all([
    read(getTenant, input),
    read(listKeys, input),
    readHolders(account.role, input),
  ]);
  return (
    <>
      <PageHeader
        title="Create key"
        crumbs={[
          { href: "/tenants", label: "Tenants" },
          { href: `/t/${tenant.slug}/keys` as Route, label: tenant.name },
        ]}
      />
      <CreateKeyForm
        tenant={tenant.slug}
        holders={holders.filter(({ ready }) => ready)}
        suggested={keys.some(({ name }) => name === "default") ? "" : "default"}
      />
    </>
  );
};

export default NewKeyPage;
