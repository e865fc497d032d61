import type { Metadata, Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { JobsTable } from "#components/jobs-table.tsx";
import { Pager } from "#components/pager.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { read, readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { JobsFilter } from "./jobs-filter.tsx";

export const metadata: Metadata = { title: "Rewrap jobs" };

type JobsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const jobsHref = (query: Record<string, string | undefined>): Route => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `/jobs?${new URLSearchParams(given)}` as Route;
};

const JobsPage = async ({ searchParams }: JobsPageProps) => {
  const given = await searchParams;
  // A filter that was left empty stands in the address as such, and filters nothing.
  const one = (name: string): string | undefined => [given[name]].flat()[0] || undefined;
  const filter = { status: one("status"), tenant: one("tenant"), mode: one("mode") };
  const cursor = one("cursor");
  const [{ jobs, next }, tenants] = await Promise.all([
    read(listJobs, { limit: 50, cursor, ...filter }),
    readOrError(listTenants),
  ]);
  const narrowed = cursor !== undefined || Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <PageHeader
        title="Rewrap jobs"
        meta="Rewraps keep the DEKs and wrap them under a newer version; re-encrypts make new DEKs and new ciphertext."
      />
      <div className="mt-4 grid gap-4">
        <JobsFilter values={filter} tenants={tenants.ok ? tenants.value : []} />
        {jobs.length === 0 ? (
          <EmptyState title={narrowed ? "No such jobs" : "No rewraps yet"}>
            {narrowed ? (
              <TextLink href="/jobs">Show all jobs</TextLink>
            ) : (
              <>
                A rotation leaves old data where it is. Start a rewrap on a key’s page to move its DEKs to the
                current version. <TextLink href="/tenants">To the tenants</TextLink>
              </>
            )}
          </EmptyState>
        ) : (
          <>
            {jobs.some(({ status }) => !hasEnded(status)) ? <AutoRefresh /> : null}
            <JobsTable jobs={jobs} now={pageNow()} />
          </>
        )}
        <Pager
          first={cursor ? jobsHref(filter) : null}
          next={next ? jobsHref({ ...filter, cursor: next }) : null}
        />
      </div>
    </>
  );
};

export default JobsPage;
