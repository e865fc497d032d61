import "server-only";
import { cache } from "react";

/** The instant of a page, the same wherever it is asked for in one request: "14 s ago" is reckoned from it. */
export const pageNow = cache((): string => new Date().toISOString());
