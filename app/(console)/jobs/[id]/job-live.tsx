"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { formatCount } from "#components/ui/format.ts";
import { useRefreshOn } from "#components/use-refresh-on.ts";
import type { JobView } from "#lib/domain/job.ts";
import { hasEnded } from "#lib/domain/job.ts";
import { JobPanel } from "../job-panel.tsx";

type JobWatch = { job: JobView; now: string };

const fetchWatch = async (id: string): Promise<JobWatch> => {
  const response = await fetch(`/api/jobs/${id}`, { cache: "no-store" });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error?.code ?? "UNAVAILABLE");
  return response.json();
};

/** A rewrap while its page is open, and its failures by cause. */
export const JobLive = ({ initial, steer }: { initial: JobWatch; steer: boolean }) => {
  const client = useQueryClient();
  const queryKey = ["job", initial.job.id];
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => fetchWatch(initial.job.id),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data && hasEnded(state.data.job.status) ? false : 1_000),
  });
  const { job, now } = data;
  useRefreshOn(`${job.id} ${hasEnded(job.status)}`);
  const lookAgain = () => client.invalidateQueries({ queryKey });
  return (
    <div className="grid max-w-3xl grid-cols-1 content-start gap-8">
      {error ? (
        <ErrorState
          title="This view is not up to date"
          code={error.message}
          message="The console did not answer. What is shown is from the last time it did."
          onRetry={lookAgain}
        />
      ) : null}
      <JobPanel job={job} now={now} steer={steer} onChanged={lookAgain} />
      {job.failures.length > 0 ? (
        <Section title="Failures by cause">
          <Table label="Failures by cause">
            <THead>
              <Th>Cause</Th>
              <Th numeric>DEKs</Th>
            </THead>
            <TBody>
              {job.failures.map((failure) => (
                <Tr key={failure.code}>
                  <Td mono>{failure.code}</Td>
                  <Td numeric>{formatCount(failure.count)}</Td>
                </Tr>
              ))}
            </TBody>
          </Table>
        </Section>
      ) : null}
    </div>
  );
};
