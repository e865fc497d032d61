import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { JobStatus } from "#lib/domain/job.ts";
import { type JobStanding, standingWords } from "./job-words.ts";
import { KeysTable } from "./keys-table.tsx";
import { VersionsTable } from "./versions-table.tsx";

const NOW = "2026-03-01T10:10:00.000Z";
const job = (status: JobStatus, wait_code: string | null = null): JobStanding => ({
  mode: "rewrap",
  status,
  wait_code,
  target_version: 2,
});

test("a job beside its key is called what it is", () => {
  expect(standingWords(job("running"))).toBe("Rewrapping");
  expect(standingWords(job("queued"))).toBe("Rewrap queued");
  expect(standingWords(job("paused"))).toBe("Rewrap paused");
  expect(standingWords(job("finishing"))).toBe("Rewrap finishing");
  expect(standingWords(job("waiting", "KEY_SUSPENDED"))).toBe("Rewrap waits: the key is suspended");
  expect(standingWords(job("waiting", "KMS_UNAVAILABLE"))).toBe("Rewrap waits: KMS_UNAVAILABLE");
  expect(standingWords({ ...job("paused"), mode: "re-encrypt" })).toBe("Re-encrypt paused");
  expect(standingWords({ ...job("running"), mode: "re-encrypt" })).toBe("Re-encrypting");
});

const VERSIONS = [
  { number: 1, state: "deactivated", deks: 40, current: false, createdAt: NOW },
  { number: 2, state: "active", deks: 2, current: true, createdAt: NOW },
] as const;

test("neither a key nor its version is said to be rewrapped while the job is paused", () => {
  const row = {
    id: "k",
    name: "default",
    status: "enabled",
    custody: "platform",
    versions: VERSIONS,
    job: job("paused"),
    createdAt: NOW,
    rotatedAt: null,
  } as const;
  const keys = renderToStaticMarkup(<KeysTable tenant="acme" keys={[row]} now={NOW} />);
  const versions = renderToStaticMarkup(<VersionsTable versions={VERSIONS} job={job("paused")} now={NOW} />);
  for (const html of [keys, versions]) {
    expect(html.match(/Rewrap paused/g)).toHaveLength(1);
    expect(html).not.toContain("Rewrapping");
  }
});
