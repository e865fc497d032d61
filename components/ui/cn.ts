import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// Without this, tailwind-merge takes `text-dense` for a colour and drops the one beside it.
const merge = extendTailwindMerge({
  extend: { classGroups: { "font-size": [{ text: ["micro", "dense", "heading", "title", "figure"] }] } },
});

/** Joins class names; a later utility wins over an earlier one of its group. */
export const cn = (...classes: ClassValue[]): string => merge(clsx(classes));
