import type { Metadata, Route } from "next";
import { forbidden } from "next/navigation";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { gate } from "#lib/web/gate.ts";
import { CreateConnectionForm } from "../../../t/[tenant]/connections/new/create-connection-form.tsx";

export const metadata: Metadata = { title: "Connect a KMS for the platform" };

const NewPlatformConnectionPage = async () => {
  const { account } = await gate();
  if (!may(account.role, "platform-connection:manage")) forbidden();
  return (
    <>
      <PageHeader
        title="Connect a KMS"
        crumbs={[{ href: "/settings/connections" as Route, label: "Platform connections" }]}
      />
      <CreateConnectionForm tenant={null} />
    </>
  );
};

export default NewPlatformConnectionPage;
