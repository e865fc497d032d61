import type { Metadata, Route } from "next";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may } from "#lib/domain/permissions.ts";
import { getPlatformConnection } from "#lib/services/connections/get-connection.ts";
import { gate, read } from "#lib/web/gate.ts";
import { ConnectionLive } from "../../../t/[tenant]/connections/[connection]/connection-live.tsx";

type PlatformConnectionPageProps = { params: Promise<{ connection: string }> };

export const generateMetadata = async ({ params }: PlatformConnectionPageProps): Promise<Metadata> => ({
  title: `Platform connection ${(await params).connection}`,
});

const PlatformConnectionPage = async ({ params }: PlatformConnectionPageProps) => {
  const { account } = await gate();
  const found = await read(getPlatformConnection, await params);
  const { connection } = found;
  return (
    <>
      <PageHeader
        title={connection.name}
        mono
        crumbs={[{ href: "/settings/connections" as Route, label: "Platform connections" }]}
        meta={<Copyable value={connection.id} label="connection id" short />}
      />
      <ConnectionLive
        tenant={null}
        initial={found}
        holders={[]}
        keys={[]}
        may={{
          manage: may(account.role, "platform-connection:manage"),
          test: may(account.role, "platform-connection:test"),
          rotate: may(account.role, "platform-connection:rotate"),
          move: false,
        }}
      />
    </>
  );
};

export default PlatformConnectionPage;
