import type { Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { RewrapStatusMark } from "#components/rewrap-status.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatPercent } from "#components/ui/format.ts";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listRunningJobs } from "#lib/services/overview/list-running-jobs.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { JobLive } from "../jobs/[id]/job-live.tsx";

/** The jobs that have not ended: the newest live, the others in a line each. */
export const RunningPanel = async () => {
  const { account } = await gate();
  const jobs = await readOrError(listRunningJobs);
  if (!jobs.ok) return <ErrorState title="The rewraps could not be read" {...jobs} />;
  const [first, ...others] = jobs.value.jobs;
  return (
    <Section title="Under way" actions={<TextLink href="/jobs">All jobs</TextLink>}>
      {first ? (
        <>
          <AutoRefresh />
          <JobLive
            key={first.id}
            initial={{ job: first, now: pageNow() }}
            steer={may(account.role, "rewrap:run")}
          />
        </>
      ) : (
        <p className="text-muted">
          No job is under way. A rotation leaves old data where it is; a rewrap moves its DEKs.
        </p>
      )}
      {others.map((job) => (
        <p
          key={job.id}
          className="flex flex-wrap items-center justify-between gap-x-4 border-b border-line py-1"
        >
          <TextLink href={`/jobs/${job.id}` as Route} mono>
            {job.tenant}/{job.key}
          </TextLink>
          <span className="flex items-center gap-4">
            <RewrapStatusMark status={job.status} />
            <span className="font-mono tabular-nums">{formatPercent(job.processed, job.total)}</span>
          </span>
        </p>
      ))}
    </Section>
  );
};
