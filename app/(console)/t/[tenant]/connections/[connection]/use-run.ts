"use client";

import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import type { ActionState } from "#lib/domain/action-state.ts";
import { rotateCmkAction, testConnectionAction } from "../actions.ts";

type What = "test" | "rotate";
type Action = (given: Record<string, unknown>) => Promise<ActionState<unknown>>;

/** Runs what is asked of the provider, one thing at a time, and keeps what went wrong. */
export const useRun = (input: { tenant: string; connection: string }, onDone: () => unknown) => {
  const [busy, setBusy] = useState<What | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const start = (what: What, action: Action) => async () => {
    setBusy(what);
    setProblem(null);
    const done = await perform(action(input));
    if (!done.ok) setProblem(sentenceOf(done));
    await onDone();
    setBusy(null);
  };
  return {
    busy,
    problem,
    test: start("test", testConnectionAction),
    rotate: start("rotate", rotateCmkAction),
  };
};
