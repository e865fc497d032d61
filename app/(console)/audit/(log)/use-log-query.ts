"use client";

import { useQueryStates } from "nuqs";
import { useTransition } from "react";
import { LOG_PARAMS } from "#components/audit-params.ts";

type Asked = { q?: string; from?: string; to?: string };

/** What the log is asked, in the address. A new question begins at its first page and is a step of the browser's history. */
export const useLogQuery = () => {
  const [pending, startTransition] = useTransition();
  const [asked, setAsked] = useQueryStates(LOG_PARAMS, {
    shallow: false,
    history: "push",
    scroll: false,
    startTransition,
  });
  const ask = (change: Asked) => void setAsked({ ...change, cursor: "" });
  return { asked, ask, pending };
};
