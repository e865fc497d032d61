import { Suspense } from "react";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { JobsTable } from "#components/jobs-table.tsx";
import { KeysTable } from "#components/keys-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { SkeletonText } from "#components/ui/skeleton.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listKeys } from "#lib/services/keys/list-keys.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";
import { dataPlaneUrl } from "#lib/web/data-plane-url.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { CoverageFacts } from "./coverage-facts.tsx";
import { CoveragePanel } from "./coverage-panel.tsx";
import { EventsPanel } from "./events-panel.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { toKeyRows } from "./key-rows.ts";
import { SettingsPanel } from "./settings-panel.tsx";
import { TokensPanel } from "./tokens-panel.tsx";

/** The key that an application's first record is written under; once there are records, any. */
const firstKey = (keys: readonly { name: string }[], hasRecords: boolean): string | undefined =>
  (keys.find(({ name }) => name === "default") ?? (hasRecords ? keys[0] : undefined))?.name;

/** What a tenant has: its keys and records, its newest rewraps and events; while it is empty, what comes first. */
export const TenantOverview = async ({ slug }: { slug: string }) => {
  const { account } = await gate();
  const seesTokens = may(account.role, "token:read");
  const [keys, jobs, open, tokens] = await Promise.all([
    readOrError(listKeys, { tenant: slug }),
    readOrError(listJobs, { tenant: slug, limit: 5 }),
    readOrError(listJobs, { tenant: slug, status: "open", limit: 200 }),
    seesTokens ? readOrError(listTokens, { tenant: slug }) : null,
  ]);
  const now = pageNow();
  const jobViews = jobs.ok ? jobs.value.jobs : [];
  const openJobs = open.ok ? open.value.jobs : [];
  const versions = keys.ok ? keys.value.keys.flatMap((key) => key.versions) : [];
  const hasKeys = versions.length > 0;
  const hasRecords = versions.some(({ deks }) => deks > 0);
  const rotated = keys.ok && keys.value.keys.some((key) => key.versions.length > 1);
  return (
    <div className="grid grid-cols-1 gap-8">
      {openJobs.length > 0 ? <AutoRefresh /> : null}
      {keys.ok && !rotated ? (
        <FirstSteps
          tenant={slug}
          url={dataPlaneUrl()}
          keyName={firstKey(keys.value.keys, hasRecords)}
          hasTokens={tokens?.ok === true && tokens.value.tokens.some(({ status }) => status === "active")}
          hasRecords={hasRecords}
          may={{ createKey: may(account.role, "key:create"), mint: may(account.role, "token:mint") }}
        />
      ) : null}
      {keys.ok ? <CoverageFacts versions={versions} /> : null}
      <Section title="Keys">
        {!keys.ok ? (
          <ErrorState {...keys} />
        ) : hasKeys ? (
          <KeysTable tenant={slug} keys={toKeyRows(keys.value.keys, openJobs)} now={now} />
        ) : (
          <EmptyState title="No keys yet">Its records are encrypted under a key of its own.</EmptyState>
        )}
      </Section>
      <Suspense fallback={<SkeletonText lines={4} />}>
        <CoveragePanel slug={slug} />
      </Suspense>
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
      <div className="grid grid-cols-1 gap-x-10 gap-y-8 desk:grid-cols-[minmax(0,1fr)_26rem]">
        {may(account.role, "audit:read") ? (
          <Suspense fallback={<SkeletonText lines={6} />}>
            <EventsPanel slug={slug} />
          </Suspense>
        ) : null}
        <div className="grid min-w-0 content-start gap-8">
          <Suspense fallback={<SkeletonText lines={3} />}>
            <SettingsPanel slug={slug} />
          </Suspense>
          {seesTokens ? (
            <Suspense fallback={<SkeletonText lines={4} />}>
              <TokensPanel slug={slug} />
            </Suspense>
          ) : null}
        </div>
      </div>
    </div>
  );
};
