import type { Metadata, Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { JobsTable } from "#components/jobs-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { read } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

export const metadata: Metadata = { title: "Rewrap jobs" };

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

type JobsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const JobsPage = async ({ searchParams }: JobsPageProps) => {
  const cursor = one((await searchParams).cursor);
  const { jobs, next } = await read(listJobs, { limit: 50, cursor });
  return (
    <>
      <PageHeader
        title="Rewrap jobs"
        meta="Same DEKs, wrapped under a newer version. The data itself is not touched."
      />
      <div className="mt-4">
        {jobs.length === 0 ? (
          <EmptyState title={cursor ? "No older jobs" : "No rewraps yet"}>
            A rotation leaves old data where it is. Start a rewrap on a key’s page to move its DEKs to the
            current version.
          </EmptyState>
        ) : (
          <>
            {jobs.some(({ status }) => !hasEnded(status)) ? <AutoRefresh /> : null}
            <JobsTable jobs={jobs} now={pageNow()} />
          </>
        )}
      </div>
      {next ? (
        <p className="mt-4">
          <TextLink href={`/jobs?cursor=${encodeURIComponent(next)}` as Route}>Older jobs</TextLink>
        </p>
      ) : null}
    </>
  );
};

export default JobsPage;
