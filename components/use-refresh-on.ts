"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";

/** Reads the rest of the page again when `value` changes, as the count in the sidebar when a rewrap has ended. */
export const useRefreshOn = (value: string | null): void => {
  const router = useRouter();
  const last = useRef(value);
  useEffect(() => {
    if (last.current === value) return;
    last.current = value;
    router.refresh();
  }, [router, value]);
};
