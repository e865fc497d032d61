"use client";

import { useState } from "react";
import { type Performed, perform, sentenceOf } from "#components/perform.ts";
import { RewrapPanel } from "#components/rewrap-panel.tsx";
import type { RewrapJobView } from "#components/rewrap-view.ts";
import { RewrapThrottle } from "#components/rewrap-throttle.tsx";
import type { JobIntensity } from "#lib/domain/job.ts";
import { cancelRewrapAction, pauseRewrapAction, resumeRewrapAction, setIntensityAction } from "./actions.ts";

type JobPanelProps = {
  job: RewrapJobView;
  now: string;
  /** May this person steer it? */
  steer: boolean;
  /** Called when an act is done, to look again at once. */
  onChanged: () => void;
};

/** A rewrap with the acts of who may steer it. */
export const JobPanel = ({ job, now, steer, onChanged }: JobPanelProps) => {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const ask = async (call: () => Promise<Performed<unknown>>) => {
    setPending(true);
    setError(null);
    const done = await call();
    setPending(false);
    if (!done.ok) setError(sentenceOf(done));
    onChanged();
  };

  const input = { tenant: job.tenant, job: job.id };
  const handlers = steer
    ? {
        onPause: () => ask(() => perform(pauseRewrapAction(input))),
        onResume: () => ask(() => perform(resumeRewrapAction(input))),
        onCancel: () => ask(() => perform(cancelRewrapAction(input))),
      }
    : {};
  const onIntensity = (intensity: JobIntensity) =>
    ask(() => perform(setIntensityAction({ ...input, intensity })));
  return (
    <RewrapPanel
      job={job}
      now={now}
      pending={pending}
      error={error}
      throttle={<RewrapThrottle job={job} pending={pending} onIntensity={steer ? onIntensity : undefined} />}
      {...handlers}
    />
  );
};
