import type { Metadata, Route } from "next";
import { JobsTable } from "#components/jobs-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { listJobs } from "#lib/services/rewrap/list-jobs.ts";
import { read } from "#lib/web/gate.ts";

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
      {jobs.length === 0 ? (
        <EmptyState title={cursor ? "No older jobs" : "No rewraps yet"}>
          A rotation leaves old data where it is. Start a rewrap on a key’s page to move its DEKs to the
          current version.
        </EmptyState>
      ) : (
        <JobsTable jobs={jobs} now={new Date().toISOString()} />
      )}
      {next ? (
        <p className="mt-4">
          <TextLink href={`/jobs?cursor=${encodeURIComponent(next)}` as Route}>Older jobs</TextLink>
        </p>
      ) : null}
    </>
  );
};

export default JobsPage;
