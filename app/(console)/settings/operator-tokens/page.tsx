import type { Metadata } from "next";
import { Badge } from "#components/ui/badge.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listOperatorTokens } from "#lib/services/operator-tokens/list-operator-tokens.ts";
import { dataPlaneUrl } from "#lib/web/data-plane-url.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { MintOperatorTokenDialog } from "./mint-operator-token-dialog.tsx";
import { RevokeOperatorTokenButton } from "./revoke-operator-token-button.tsx";

export const metadata: Metadata = { title: "Operator tokens" };

const TONES = { active: "active", expired: "neutral", revoked: "danger" } as const;

const OperatorTokensPage = async () => {
  const { account } = await gate();
  const { tokens } = await read(listOperatorTokens);
  const revocable = may(account.role, "operator-token:revoke");
  const now = pageNow();
  const docs = `${dataPlaneUrl()}/docs`;
  return (
    <>
      <PageHeader
        title="Operator tokens"
        meta={
          <span>
            For what spans tenants. The API is described at{" "}
            <a href={docs} className="underline underline-offset-3">
              {docs}
            </a>
            .
          </span>
        }
        actions={may(account.role, "operator-token:mint") ? <MintOperatorTokenDialog /> : null}
      />
      <div className="mt-4">
        {tokens.length === 0 ? (
          <EmptyState title="No operator tokens yet">
            One starts and watches re-encryption over every tenant. It opens nobody’s data.
          </EmptyState>
        ) : (
          <Table label="Operator tokens" className="min-w-176">
            <THead>
              <Th>Token</Th>
              <Th>Id</Th>
              <Th>May</Th>
              <Th>Status</Th>
              <Th>Expires</Th>
              <Th>Last used</Th>
              <Th>
                <span className="sr-only">Acts</span>
              </Th>
            </THead>
            <TBody>
              {tokens.map((token) => (
                <Tr key={token.id}>
                  <Td mono>kf_oper_{token.prefix}…</Td>
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
                    <RelativeTime at={token.expiresAt} now={now} />
                  </Td>
                  <Td muted>
                    {token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} now={now} /> : "never"}
                  </Td>
                  <Td>
                    {revocable && token.status === "active" ? (
                      <RevokeOperatorTokenButton id={token.id} prefix={token.prefix} />
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

export default OperatorTokensPage;
