import type { Metadata, Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { KeysTable } from "#components/keys-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { toKeyRows } from "../key-rows.ts";
import { TenantHeader } from "../tenant-header.tsx";

type KeysPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: KeysPageProps): Promise<Metadata> => ({
  title: `Keys of ${(await params).tenant}`,
});

const KeysPage = async ({ params }: KeysPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [tenant, { keys }, { jobs }] = await Promise.all([
    read(getTenant, input),
    read(listKeys, input),
    read(listJobs, { ...input, status: "open", limit: 200 }),
  ]);
  const create = may(account.role, "key:create") ? (
    <ButtonLink href={`/t/${tenant.slug}/keys/new` as Route} variant="primary">
      Create key
    </ButtonLink>
  ) : null;
  return (
    <>
      <TenantHeader tenant={tenant} actions={keys.length > 0 ? create : null} />
      {jobs.length > 0 ? <AutoRefresh /> : null}
      <div className="mt-4">
        {keys.length === 0 ? (
          <EmptyState title="No keys yet" actions={create}>
            Records are encrypted under a key of this tenant. The key named{" "}
            <code className="font-mono">default</code> serves every collection that is not told otherwise:
            make that one first.
          </EmptyState>
        ) : (
          <KeysTable tenant={tenant.slug} keys={toKeyRows(keys, jobs)} now={pageNow()} />
        )}
      </div>
    </>
  );
};

export default KeysPage;
