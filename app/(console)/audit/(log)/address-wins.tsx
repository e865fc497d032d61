"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import type { Route } from "next";
import { useEffect } from "react";
import { loadLogParams } from "#components/audit-params.ts";

export type Shown = { q: string; from: string; to: string; cursor: string };

const sameQuestion = (one: Shown, other: Shown): boolean =>
  one.q === other.q && one.from === other.from && one.to === other.to && one.cursor === other.cursor;

/**
 * Reads the page again when its address asks for something else than it shows. A question that was followed by the next
 * before it was answered stands in the browser's history with the page before it: a step back would lead to that.
 */
export const AddressWins = ({ shown }: { shown: Shown }) => {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const wins = sameQuestion(loadLogParams(search), shown);
  useEffect(() => {
    if (!wins) router.replace(`${path}?${search}` as Route, { scroll: false });
  }, [wins, router, path, search]);
  return null;
};
