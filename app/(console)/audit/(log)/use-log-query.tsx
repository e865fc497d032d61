"use client";

import type { Route } from "next";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { createSerializer } from "nuqs/server";
import { createContext, type ReactNode, useContext, useOptimistic, useTransition } from "react";
import { LOG_PARAMS, loadLogParams } from "#components/audit-params.ts";

type Asked = { q: string; from: string; to: string; cursor: string };
type LogQuery = {
  asked: Asked;
  /** Asks for something else, from its first page on: a step of the browser's history once it is answered. */
  ask: (change: { q?: string; from?: string; to?: string }) => void;
  pending: boolean;
};

const Context = createContext<LogQuery | null>(null);
const serialize = createSerializer(LOG_PARAMS);

/**
 * What the log is asked: what the address says, and the next question while it is not answered. An address is written
 * with its page and not before: a step back meanwhile, or the question after it, finds each with the page it had.
 */
export const LogQueryProvider = ({ children }: { children: ReactNode }) => {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const [pending, startTransition] = useTransition();
  const [asked, expect] = useOptimistic<Asked>(loadLogParams(search));
  const ask: LogQuery["ask"] = (change) =>
    startTransition(() => {
      const next = { ...asked, ...change, cursor: "" };
      expect(next);
      router.push(serialize(`${path}?${search}`, next) as Route, { scroll: false });
    });
  return <Context value={{ asked, ask, pending }}>{children}</Context>;
};

/** What the log is asked, and how to ask for something else. */
export const useLogQuery = (): LogQuery => {
  const query = useContext(Context);
  if (!query) throw new Error("useLogQuery needs LogQueryProvider.");
  return query;
};
