"use client";

import { useEffect, useState } from "react";

const SHOWN_MS = 1600;

export type CopyOutcome = "copied" | "failed" | null;

/** How a copy ended, for a live region. */
export const copyMessage = (outcome: CopyOutcome): string =>
  outcome === "copied" ? "Copied" : outcome === "failed" ? "Could not copy. Select the text." : "";

/** Copies a text and knows for a moment how that ended. */
export const useCopy = (text: string): { outcome: CopyOutcome; copy: () => Promise<void> } => {
  const [outcome, setOutcome] = useState<CopyOutcome>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  return { outcome, copy };
};
