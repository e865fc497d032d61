import type { Metadata } from "next";
import { Badge } from "#components/ui/badge.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { may } from "#lib/domain/permissions.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { TenantHeader } from "../tenant-header.tsx";
import { MintTokenDialog } from "./mint-token-dialog.tsx";
import { RevokeTokenButton } from "./revoke-token-button.tsx";

type TokensPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: TokensPageProps): Promise<Metadata> => ({
  title: `Service tokens of ${(await params).tenant}`,
});

const TONES = { active: "active", expired: "neutral", revoked: "danger" } as const;

const TokensPage = async ({ params }: TokensPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [tenant, { tokens }] = await Promise.all([read(getTenant, input), read(listTokens, input)]);
  const mint = may(account.role, "token:mint") ? <MintTokenDialog tenant={tenant.slug} /> : null;
  const revocable = may(account.role, "token:revoke");
  const now = pageNow();
  return (
    <>
      {/* Always in the same place: its dialog holds the token, and must outlive the first row of the table. */}
      <TenantHeader tenant={tenant} actions={mint} />
      <div className="mt-4">
        {tokens.length === 0 ? (
          <EmptyState title="No service tokens yet">
            An application needs a token to write its first record. It is shown once, when it is made.
          </EmptyState>
        ) : (
          <Table label="Service tokens" className="min-w-176">
            <THead>
              <Th>Token</Th>
              <Th>Id</Th>
              <Th>May</Th>
              <Th>Status</Th>
              <Th>Created</Th>
              <Th>Expires</Th>
              <Th>Last used</Th>
              <Th>
                <span className="sr-only">Acts</span>
              </Th>
            </THead>
            <TBody>
              {tokens.map((token) => (
                <Tr key={token.id}>
                  <Td mono>kf_live_{token.prefix}…</Td>
                  <Td>
                    <Copyable value={token.id} label="token id" short={13} />
                  </Td>
                  <Td mono muted className="whitespace-nowrap">
                    {token.scopes.join(", ")}
                  </Td>
                  <Td>
                    <Badge tone={TONES[token.status]}>{token.status}</Badge>
                  </Td>
                  <Td muted>
                    <RelativeTime at={token.createdAt} now={now} />
                  </Td>
                  <Td muted>
                    <RelativeTime at={token.expiresAt} now={now} />
                  </Td>
                  <Td muted>
                    {token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} now={now} /> : "never"}
                  </Td>
                  <Td>
                    {revocable && token.status === "active" ? (
                      <RevokeTokenButton tenant={tenant.slug} id={token.id} prefix={token.prefix} />
                    ) : null}
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

export default TokensPage;
