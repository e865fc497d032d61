import type { Metadata, Route } from "next";
import { MintTokenDialog } from "#components/mint-token-dialog.tsx";
import { Pager } from "#components/pager.tsx";
import { RevokeTokenButton } from "#components/revoke-token-button.tsx";
import { TokensTable } from "#components/tokens-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { may, TOKEN_SCOPES } from "#lib/domain/permissions.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";
import { dataPlaneUrl } from "#lib/web/data-plane-url.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { TenantHeader } from "../tenant-header.tsx";
import { mintTokenAction, revokeTokenAction } from "./actions.ts";

type TokensPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export const generateMetadata = async ({ params }: TokensPageProps): Promise<Metadata> => ({
  title: `Service tokens of ${(await params).tenant}`,
});

const TokensPage = async ({ params, searchParams }: TokensPageProps) => {
  const { account } = await gate();
  const { tenant: slug } = await params;
  const cursor = [(await searchParams).cursor].flat()[0];
  const [tenant, { tokens, next }] = await Promise.all([
    read(getTenant, { tenant: slug }),
    read(listTokens, { tenant: slug, cursor }),
  ]);
  const owner = { tenant: tenant.slug };
  const here = `/t/${tenant.slug}/tokens`;
  const docs = `${dataPlaneUrl()}/docs`;
  const revocable = may(account.role, "token:revoke");
  const mint = may(account.role, "token:mint") ? (
    <MintTokenDialog
      kind="live"
      owner={owner}
      scopes={TOKEN_SCOPES}
      mint={mintTokenAction}
      api={dataPlaneUrl()}
      open="Create token"
      title="Create a service token"
      description={`An application sends it to read and write the records of ${tenant.slug}.`}
    />
  ) : null;
  return (
    <>
      {/* Always in the same place: its dialog holds the token, and must outlive the first row of the table. */}
      <TenantHeader tenant={tenant} actions={mint} />
      <div className="mt-4 grid gap-4">
        {tokens.length === 0 ? (
          <EmptyState
            title="No service tokens yet"
            actions={
              mint ? (
                <ButtonLink href={`${here}?create=true` as Route} variant="primary" scroll={false}>
                  Create token
                </ButtonLink>
              ) : null
            }
          >
            An application needs a token to write its first record. It is shown once, when it is made.
          </EmptyState>
        ) : (
          <TokensTable
            label="Service tokens"
            kind="live"
            tokens={tokens}
            now={pageNow()}
            act={({ id, prefix }) =>
              revocable ? (
                <RevokeTokenButton
                  token={{ id, prefix }}
                  owner={owner}
                  consequence="This cannot be undone; make the application another token first."
                  revoke={revokeTokenAction}
                />
              ) : null
            }
          />
        )}
        <p className="text-muted">
          What can be sent with one is described at{" "}
          <a href={docs} className="underline underline-offset-3">
            {docs}
          </a>
          .
        </p>
        <Pager
          first={cursor ? (here as Route) : null}
          next={next ? (`${here}?cursor=${encodeURIComponent(next)}` as Route) : null}
        />
      </div>
    </>
  );
};

export default TokensPage;
