"use client";

import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { useToast } from "#components/ui/toast.tsx";
import type { ActionState } from "#lib/domain/action-state.ts";

type Act = {
  reason: string;
  setReason: (reason: string) => void;
  reasonError: readonly string[];
  /** Does it and answers with the sentence to show, or with null when it is done. */
  submit: (
    call: (reason: string) => Promise<ActionState<unknown>>,
    done: (outcome: Record<string, unknown>) => { title: string; description?: string },
  ) => Promise<string | null>;
};

/** An act with its reason: it is performed, the page looks again, and what it came to is said. */
export const useAct = (onChanged: () => void): Act => {
  const { toast } = useToast();
  const [reason, setReason] = useState("");
  const [reasonError, setReasonError] = useState<readonly string[]>([]);
  return {
    reason,
    setReason,
    reasonError,
    submit: async (call, done) => {
      const ended = await perform(call(reason));
      onChanged();
      if (!ended.ok) {
        setReasonError(ended.fields.reason ?? []);
        return sentenceOf(ended);
      }
      setReasonError([]);
      setReason("");
      toast(done(ended.outcome));
      return null;
    },
  };
};
