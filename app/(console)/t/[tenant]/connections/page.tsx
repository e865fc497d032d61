import type { Metadata, Route } from "next";
import Link from "next/link";
import { ConnectionStanding } from "#components/connection-standing.tsx";
import { CUSTODY_WORDS, PROVIDER_NAMES } from "#components/connection-words.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
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
          <Table label="Connections" className="min-w-176">
            <THead>
              <Th>Connection</Th>
              <Th>Provider</Th>
              <Th>KMS</Th>
              <Th>Health</Th>
              <Th>Looked at</Th>
              <Th numeric>Key versions</Th>
              <Th numeric>Calls in 24 h</Th>
            </THead>
            <TBody>
              {connections.map((connection) => (
                <Tr key={connection.id}>
                  <Td mono>
                    <Link
                      href={`${here}/${connection.name}` as Route}
                      className="underline-offset-4 hover:underline"
                    >
                      {connection.name}
                    </Link>
                  </Td>
                  <Td className="whitespace-nowrap">{PROVIDER_NAMES[connection.provider]}</Td>
                  <Td muted className="whitespace-nowrap">
                    {CUSTODY_WORDS[connection.custody]}
                  </Td>
                  <Td>
                    <ConnectionStanding {...connection} />
                  </Td>
                  <Td muted>
                    {connection.probe ? <RelativeTime at={connection.probe.at} now={now} /> : "never"}
                  </Td>
                  <Td numeric>{connection.keyVersions}</Td>
                  <Td numeric>{connection.calls}</Td>
                </Tr>
              ))}
            </TBody>
          </Table>
        )}
      </div>
    </>
  );
};

export default ConnectionsPage;
