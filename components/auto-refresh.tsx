"use client";

import { focusManager } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

const EVERY_MS = 3_000;

/** Reads the page again every few seconds while it is looked at. For lists in which something is under way. */
export const AutoRefresh = () => {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => focusManager.isFocused() && router.refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return null;
};
