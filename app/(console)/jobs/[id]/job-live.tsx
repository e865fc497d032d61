"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchLive, type ReadFailed } from "#components/fetch-live.ts";
import { StaleView } from "#components/stale-view.tsx";
import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { RewrapFailures } from "#components/rewrap-failures.tsx";
import { RewrapReport } from "#components/rewrap-report.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { useRefreshOn } from "#components/use-refresh-on.ts";
import type { JobView } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";
import { retryFailuresAction } from "../actions.ts";
import { JobPanel } from "../job-panel.tsx";

type JobWatch = { job: JobView; now: string };

/** A job while its page is open: its progress, its failures by cause, and in the end its report. */
export const JobLive = ({ initial, steer }: { initial: JobWatch; steer: boolean }) => {
  const client = useQueryClient();
  const queryKey = ["job", initial.job.id];
  const { data, error } = useQuery<JobWatch, ReadFailed>({
    queryKey,
    queryFn: () => fetchLive(`/api/jobs/${initial.job.id}`),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data && hasEnded(state.data.job.status) ? false : 1_000),
  });
  const { job, now } = data;
  useRefreshOn(`${job.id} ${hasEnded(job.status)}`);
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const lookAgain = () => client.invalidateQueries({ queryKey });
  const retry = async (code: string) => {
    setPending(true);
    const done = await perform(retryFailuresAction({ tenant: job.tenant, job: job.id, code }));
    setRefused(done.ok ? null : sentenceOf(done));
    setPending(false);
    await lookAgain();
  };
  return (
    <div className="grid max-w-3xl grid-cols-1 content-start gap-8">
      <StaleView error={error} onRetry={lookAgain} />
      <JobPanel job={job} now={now} steer={steer} onChanged={lookAgain} />
      <RewrapFailures
        failures={job.failures}
        exportUrl={`/api/jobs/${job.id}/failures?tenant=${job.tenant}`}
        now={now}
        pending={pending}
        onRetry={steer && job.status === "completed_with_failures" ? retry : undefined}
      />
      <FormError>{refused}</FormError>
      {hasEnded(job.status) ? <RewrapReport job={job} /> : null}
    </div>
  );
};
