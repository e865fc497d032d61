import type { Metadata, Route } from "next";
import { JOB_WORDS } from "#components/job-words.ts";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { may } from "#lib/domain/permissions.ts";
import { watchJob } from "#lib/services/rewrap/watch-job.ts";
import { gate, read } from "#lib/web/gate.ts";
import { JobLive } from "./job-live.tsx";

export const metadata: Metadata = { title: "Rewrap" };

const JobPage = async ({ params }: { params: Promise<{ id: string }> }) => {
  const { account } = await gate();
  const initial = await read(watchJob, { job: (await params).id });
  const { job } = initial;
  return (
    <>
      <PageHeader
        title={`${JOB_WORDS[job.mode].noun} of ${job.tenant}/${job.key}`}
        crumbs={[{ href: "/jobs", label: "Rewrap jobs" }]}
        meta={
          <>
            <Copyable value={job.id} label="job id" />
            <TextLink href={`/t/${job.tenant}/keys/${job.key}` as Route}>The key</TextLink>
            <TextLink href={`/audit?target=${job.id}` as Route}>Events</TextLink>
          </>
        }
      />
      <div className="mt-6">
        <JobLive key={job.id} initial={initial} steer={may(account.role, "rewrap:run")} />
      </div>
    </>
  );
};

export default JobPage;
