"use client";

import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import type { ActionState } from "#lib/domain/action-state.ts";
import { placeOf } from "../connection-place.ts";

type What = "test" | "rotate";
type Action = (given: Record<string, unknown>) => Promise<ActionState<unknown>>;

/** Runs what is asked of the provider, one thing at a time, and keeps what went wrong. */
export const useRun = (
  { tenant, connection }: { tenant: string | null; connection: string },
  onDone: () => unknown,
) => {
  const { owner, act } = placeOf(tenant);
  const [busy, setBusy] = useState<What | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const start = (what: What, action: Action) => async () => {
    setBusy(what);
    setProblem(null);
    const done = await perform(action({ ...owner, connection }));
    if (!done.ok) setProblem(sentenceOf(done));
    await onDone();
    setBusy(null);
  };
  return {
    busy,
    problem,
    test: start("test", act.test),
    rotate: start("rotate", act.rotate),
  };
};
