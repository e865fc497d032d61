import type { Metadata, Route } from "next";
import { MintTokenDialog } from "#components/mint-token-dialog.tsx";
import { Pager } from "#components/pager.tsx";
import { RevokeTokenButton } from "#components/revoke-token-button.tsx";
import { TokensTable } from "#components/tokens-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { may, OPERATOR_TOKEN_SCOPES } from "#lib/domain/permissions.ts";
import { listOperatorTokens } from "#lib/services/operator-tokens/list-operator-tokens.ts";
import { dataPlaneUrl } from "#lib/web/data-plane-url.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { mintOperatorTokenAction, revokeOperatorTokenAction } from "./actions.ts";

export const metadata: Metadata = { title: "Operator tokens" };

const HERE = "/settings/operator-tokens";

type OperatorTokensPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const OperatorTokensPage = async ({ searchParams }: OperatorTokensPageProps) => {
  const { account } = await gate();
  const cursor = [(await searchParams).cursor].flat()[0];
  const { tokens, next } = await read(listOperatorTokens, { cursor });
  const revocable = may(account.role, "operator-token:revoke");
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
        actions={
          may(account.role, "operator-token:mint") ? (
            <MintTokenDialog
              kind="oper"
              owner={{}}
              scopes={OPERATOR_TOKEN_SCOPES}
              mint={mintOperatorTokenAction}
              api={dataPlaneUrl()}
              open="Create operator token"
              title="Create an operator token"
              description="It works over every tenant, and opens nobody’s data."
            />
          ) : null
        }
      />
      <div className="mt-4 grid gap-4">
        {tokens.length === 0 ? (
          <EmptyState title="No operator tokens yet">
            With one, a program starts and watches re-encryption or retires old key versions, over every
            tenant. It opens nobody’s data.
          </EmptyState>
        ) : (
          <TokensTable
            label="Operator tokens"
            kind="oper"
            tokens={tokens}
            now={pageNow()}
            act={({ id, prefix }) =>
              revocable ? (
                <RevokeTokenButton
                  token={{ id, prefix }}
                  owner={{}}
                  consequence="This cannot be undone. Jobs that it started go on."
                  revoke={revokeOperatorTokenAction}
                />
              ) : null
            }
          />
        )}
        <Pager
          first={cursor ? HERE : null}
          next={next ? (`${HERE}?cursor=${encodeURIComponent(next)}` as Route) : null}
        />
      </div>
    </>
  );
};

export default OperatorTokensPage;
