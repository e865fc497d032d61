import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import type { PreflightView } from "#lib/domain/preflight.ts";
import { ConnectionStanding } from "./connection-standing.tsx";

const BARE = { probe: null, secretField: null, secretRevision: 0, preflight: null };
const TEST: PreflightView = {
  id: "0190f3a0-b2c4-7def-8123-456789abcdef",
  startedAt: "2026-11-22T10:00:00Z",
  finishedAt: "2026-11-22T10:00:01Z",
  passed: false,
  steps: [],
  warnings: [],
  p50Ms: null,
  p95Ms: null,
};
const PROBE: Omit<NonNullable<ConnectionView["probe"]>, "health"> = {
  since: "",
  at: "",
  code: null,
  message: null,
  deletionAt: null,
  latencyMs: 1,
  versions: [],
  algorithm: null,
  protection: null,
  paused: false,
};

const wordsOf = (standing: Parameters<typeof ConnectionStanding>[0]): string =>
  renderToStaticMarkup(<ConnectionStanding {...standing} />).replaceAll(/<[^>]*>/g, "");

test("a connection without a probe says what it waits for, and a failed test is no missing one", () => {
  expect(wordsOf({ ...BARE, secretField: "secretId" })).toBe("Needs its secret");
  expect(wordsOf({ ...BARE, secretField: "secretId", secretRevision: 1 })).toBe("Not tested yet");
  expect(wordsOf({ ...BARE, preflight: { ...TEST, finishedAt: null, passed: null } })).toBe("Being tested");
  expect(wordsOf({ ...BARE, preflight: TEST })).toBe("Never passed a test");
});

test("a probe speaks for a connection whatever its last test found", () => {
  expect(wordsOf({ ...BARE, preflight: TEST, probe: { ...PROBE, health: "enabled" } })).toBe("Enabled");
  expect(wordsOf({ ...BARE, preflight: TEST, probe: { ...PROBE, health: "forbidden" } })).toBe("Forbidden");
});
