import type { Metadata, Route } from "next";
import { JobsTable } from "#components/jobs-table.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatCount } from "#components/ui/format.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { may } from "#lib/domain/permissions.ts";
import { keeperStatus } from "#lib/services/keeper/keeper-status.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";

export const metadata: Metadata = { title: "Overview" };

const OverviewPage = async () => {
  const { ctx, account } = await gate();
  const [tenants, jobs, keeper] = await Promise.all([
    readOrError(listTenants),
    readOrError(listJobs, { limit: 10 }),
    keeperStatus(ctx.db).catch(() => null),
  ]);
  const now = new Date().toISOString();
  const keys = tenants.ok ? tenants.value.reduce((sum, tenant) => sum + tenant.keys, 0) : null;
  const health = keeper === null || keeper.away ? "away" : (keeper.crypto?.status ?? "unknown");
  return (
    <>
      <PageHeader title="Overview" />
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
        <p>
          <TextLink href={"/audit?outcome=denied" as Route}>Denied requests</TextLink>
        </p>
      </div>
    </>
  );
};

export default OverviewPage;
