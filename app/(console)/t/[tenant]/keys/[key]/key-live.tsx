"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { VersionStrip } from "#components/version-strip.tsx";
import { VersionsTable } from "#components/versions-table.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { JobPanel } from "../../../../jobs/job-panel.tsx";
import { KeyActions } from "./key-actions.tsx";

const BUSY_MS = 1_000;
const IDLE_MS = 10_000;

type KeyLiveProps = { tenant: string; initial: KeyWatch; may: { rotate: boolean; rewrap: boolean } };

const fetchWatch = async (url: string): Promise<KeyWatch> => {
  const response = await fetch(url, { cache: "no-store" });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error?.code ?? "UNAVAILABLE");
  return response.json();
};

/** A key while its page is open: versions, what each still protects, and its rewrap. */
export const KeyLive = ({ tenant, initial, may }: KeyLiveProps) => {
  const url = `/api/tenants/${tenant}/keys/${initial.key.name}`;
  const client = useQueryClient();
  const queryKey = ["key", tenant, initial.key.name];
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => fetchWatch(url),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data?.job && !hasEnded(state.data.job.status) ? BUSY_MS : IDLE_MS),
  });
  const { key, job, now } = data;
  const lookAgain = () => client.invalidateQueries({ queryKey });
  const target = job && !hasEnded(job.status) ? job.target_version : null;
  const rows = key.versions.map(({ cmk, ...version }) => ({
    ...version,
    cmk: `${key.provider} v${cmk.version}`,
  }));

  return (
    <div className="mt-6 grid gap-8 desk:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid min-w-0 content-start gap-6">
        {error ? (
          <ErrorState
            title="This view is not up to date"
            code={error.message}
            message="The console did not answer. What is shown is from the last time it did."
            onRetry={lookAgain}
          />
        ) : null}
        <Section title="Versions">
          <VersionStrip keyName={key.name} versions={key.versions} movingTo={target} size="page" tooltips />
          <div className="mt-5">
            <VersionsTable versions={rows} movingTo={target} now={now} />
          </div>
        </Section>
      </div>
      <div className="grid min-w-0 content-start gap-4">
        <KeyActions tenant={tenant} watch={data} may={may} onChanged={lookAgain} />
        {job ? <JobPanel job={job} now={now} steer={may.rewrap} onChanged={lookAgain} /> : null}
      </div>
    </div>
  );
};
