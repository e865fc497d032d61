import type { Metadata, Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { JobsTable } from "#components/jobs-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { cn } from "#components/ui/cn.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatCount } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import { may } from "#lib/domain/permissions.ts";
import { keeperStatus } from "#lib/services/keeper/keeper-status.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { JobLive } from "../jobs/[id]/job-live.tsx";

export const metadata: Metadata = { title: "Overview" };

const OverviewPage = async () => {
  const { ctx, account } = await gate();
  const [tenants, jobs, keeper] = await Promise.all([
    readOrError(listTenants),
    readOrError(listJobs, { limit: 10 }),
    keeperStatus(ctx.db).catch(() => null),
  ]);
  const now = pageNow();
  const keys = tenants.ok ? tenants.value.reduce((sum, tenant) => sum + tenant.keys, 0) : null;
  const health = keeper === null || keeper.away ? "away" : (keeper.crypto?.status ?? "unknown");
  const open = jobs.ok ? jobs.value.jobs.find(({ status }) => !hasEnded(status)) : undefined;
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          may(account.role, "audit:read") ? (
            <TextLink href={"/audit?outcome=denied" as Route}>Denied requests</TextLink>
          ) : null
        }
      />
      <div className="mt-6 grid gap-8">
        <StatRow>
          <Stat
            size="lg"
            label="Tenants"
            value={tenants.ok ? formatCount(tenants.value.length) : "unknown"}
          />
          <Stat size="lg" label="Keys" value={keys === null ? "unknown" : formatCount(keys)} />
          <Stat size="lg" label="Keeper" value={health} tone={health === "healthy" ? "active" : "danger"} />
        </StatRow>
        {tenants.ok && tenants.value.length === 0 ? (
          <EmptyState
            title="Begin with a tenant"
            actions={
              may(account.role, "tenant:create") ? (
                <ButtonLink href="/tenants/new" variant="primary">
                  Create tenant
                </ButtonLink>
              ) : null
            }
          >
            A tenant is one of your customers. Give it a key and a service token, and an application can write
            its first encrypted record.
          </EmptyState>
        ) : null}
        {tenants.ok ? null : <ErrorState title="The tenants could not be read" {...tenants} />}
        <div className={cn("grid gap-8", open && "desk:grid-cols-[minmax(0,1fr)_26rem]")}>
          <Section title="Rewraps">
            {!jobs.ok ? (
              <ErrorState title="The rewraps could not be read" {...jobs} />
            ) : jobs.value.jobs.length === 0 ? (
              <p className="text-muted">
                None yet. A rotation leaves old data where it is; a rewrap moves its DEKs.
              </p>
            ) : (
              <JobsTable jobs={jobs.value.jobs} now={now} />
            )}
          </Section>
          {open ? (
            <>
              <AutoRefresh />
              <JobLive key={open.id} initial={{ job: open, now }} steer={may(account.role, "rewrap:run")} />
            </>
          ) : null}
        </div>
      </div>
    </>
  );
};

export default OverviewPage;
