import { expect, it } from "vitest";
import type { JobView } from "#lib/domain/job.ts";
import { jobText } from "./job-text.ts";

const completed: JobView = {
  id: "0190f3a0-b2c4-7def-8123-456789abcdef",
  tenant: "acme",
  key: "default",
  mode: "rewrap",
  status: "completed",
  total: 0,
  processed: 0,
  failed: 0,
  percent: 100,
  rate_per_second: 0,
  eta_seconds: null,
  started_at: "2026-01-31T12:00:00.000Z",
  completed_at: "2026-01-31T12:00:01.000Z",
  target_version: 2,
  max_rate: null,
  wait_code: null,
  created_at: "2026-01-31T12:00:00.000Z",
  intensity: 50,
  moved: 0,
  skipped: 0,
  versions_before: null,
  versions_after: null,
  kms_calls: 0,
  latency: null,
  failures: [],
};

it("of a job that found nothing to do says so", () => {
  expect(jobText(completed)).toContain("nothing to move: every DEK is on version 2");
  expect(jobText({ ...completed, mode: "re-encrypt" })).toContain("nothing to re-encrypt");
});

it("of one that did something says how much", () => {
  expect(jobText({ ...completed, total: 1_200, processed: 1_200, moved: 1_200 })).toContain(
    "completed, 1,200 of 1,200 DEKs (100%)",
  );
});

it("counts what failed as not moved", () => {
  const failed = {
    ...completed,
    status: "completed_with_failures" as const,
    total: 301,
    processed: 294,
    failed: 7,
  };
  expect(jobText(failed)).toContain("completed with failures, 294 of 301 DEKs (97%), 7 failed");
});
