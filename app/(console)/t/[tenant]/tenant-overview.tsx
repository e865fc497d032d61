import type { Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { JobsTable } from "#components/jobs-table.tsx";
import { KeysTable } from "#components/keys-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import { may } from "#lib/domain/permissions.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { dataPlaneUrl } from "#lib/web/data-plane-url.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { CoverageFacts } from "./coverage-facts.tsx";
import { FirstRecord } from "./first-record.tsx";
import { toKeyRows } from "./key-rows.ts";

/** What a tenant has: records and how far they are on the current versions, its keys, its newest rewraps. */
export const TenantOverview = async ({ slug }: { slug: string }) => {
  const { account } = await gate();
  const [keys, jobs] = await Promise.all([
    readOrError(listKeys, { tenant: slug }),
    readOrError(listJobs, { tenant: slug, limit: 5 }),
  ]);
  const now = pageNow();
  const jobViews = jobs.ok ? jobs.value.jobs : [];
  const versions = keys.ok ? keys.value.keys.flatMap((key) => key.versions) : [];
  const hasKeys = versions.length > 0;
  const hasRecords = versions.some(({ deks }) => deks > 0);
  return (
    <div className="grid gap-8">
      {jobViews.some(({ status }) => !hasEnded(status)) ? <AutoRefresh /> : null}
      {keys.ok ? <CoverageFacts versions={versions} /> : null}
      <Section title="Keys">
        {!keys.ok ? (
          <ErrorState {...keys} />
        ) : hasKeys ? (
          <KeysTable tenant={slug} keys={toKeyRows(keys.value.keys, jobViews)} now={now} />
        ) : (
          <EmptyState
            title="No keys yet"
            actions={
              may(account.role, "key:create") ? (
                <ButtonLink href={`/t/${slug}/keys/new` as Route} variant="primary">
                  Create key
                </ButtonLink>
              ) : null
            }
          >
            Make the key named <code className="font-mono">default</code> first: it serves every collection
            that is not told otherwise.
          </EmptyState>
        )}
      </Section>
      {hasKeys && !hasRecords ? <FirstRecord tenant={slug} url={dataPlaneUrl()} /> : null}
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
        <TextLink href={`/audit?tenant=${slug}` as Route}>All events of this tenant</TextLink>
      </p>
    </div>
  );
};
