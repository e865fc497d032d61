"use client";

import type { ConnectionView } from "#lib/domain/connection-view.ts";
import type { PreflightView } from "#lib/domain/preflight.ts";

/** A connection with its last tests, the newest first, at one moment. */
export type ConnectionWatch = { connection: ConnectionView; tests: PreflightView[]; now: string };

export const isRunning = (watch: ConnectionWatch | undefined): boolean =>
  watch?.tests[0] !== undefined && watch.tests[0].finishedAt === null;
