import type { Metadata, Route } from "next";
import { JobsTable } from "#components/jobs-table.tsx";
import { KeysTable } from "#components/keys-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { formatCount, formatPercent } from "#components/ui/format.ts";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { read, readOrError } from "#lib/web/gate.ts";
import { KEK_CACHE_SECONDS } from "#lib/domain/cache-bound.ts";
import { toKeyRows } from "./key-rows.ts";
import { TenantHeader } from "./tenant-header.tsx";

type TenantPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: TenantPageProps): Promise<Metadata> => ({
  title: (await params).tenant,
});

const TenantPage = async ({ params }: TenantPageProps) => {
  const input = await params;
  const tenant = await read(getTenant, input);
  const [keys, jobs] = await Promise.all([
    readOrError(listKeys, input),
    readOrError(listJobs, { ...input, limit: 5 }),
  ]);
  const now = new Date().toISOString();
  const jobViews = jobs.ok ? jobs.value.jobs : [];
  const versions = keys.ok ? keys.value.keys.flatMap((key) => key.versions) : [];
  const all = versions.reduce((sum, { deks }) => sum + deks, 0);
  const onCurrent = versions.filter(({ current }) => current).reduce((sum, { deks }) => sum + deks, 0);
  return (
    <>
      <TenantHeader tenant={tenant} />
      <div className="mt-6 grid gap-8">
        <Facts
          items={[
            { label: "Records", value: formatCount(all), mono: true },
            {
              label: "On the current version",
              value: all === 0 ? "–" : formatPercent(onCurrent, all),
              mono: true,
            },
            {
              label: "Reads stop within",
              value: `${KEK_CACHE_SECONDS} s after the KMS refuses`,
            },
          ]}
        />
        <Section title="Keys">
          {!keys.ok ? (
            <ErrorState {...keys} />
          ) : keys.value.keys.length === 0 ? (
            <EmptyState
              title="No keys yet"
              actions={
                <ButtonLink href={`/t/${tenant.slug}/keys/new` as Route} variant="primary">
                  Create key
                </ButtonLink>
              }
            >
              Make the key named <code className="font-mono">default</code> first: it serves every collection
              that is not told otherwise.
            </EmptyState>
          ) : (
            <KeysTable tenant={tenant.slug} keys={toKeyRows(keys.value.keys, jobViews)} now={now} />
          )}
        </Section>
        <Section title="Rewraps">
          {!jobs.ok ? (
            <ErrorState {...jobs} />
          ) : jobViews.length === 0 ? (
            <p className="text-muted">
              None yet. A rotation leaves old data where it is; a rewrap moves its DEKs.
            </p>
          ) : (
            <JobsTable jobs={jobViews} now={now} />
          )}
        </Section>
        <p>
          <TextLink href={`/audit?tenant=${tenant.slug}` as Route}>All events of this tenant</TextLink>
        </p>
      </div>
    </>
  );
};

export default TenantPage;
