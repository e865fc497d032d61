import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { RewrapFailures } from "./rewrap-failures.tsx";
import { RewrapPanel } from "./rewrap-panel.tsx";
import { RewrapReport } from "./rewrap-report.tsx";
import { RewrapThrottle } from "./rewrap-throttle.tsx";
import type { RewrapJobView } from "./rewrap-view.ts";

const NOW = "2026-03-01T10:10:00.000Z";
const JOB: RewrapJobView = {
  id: "0190f3a0-b2c4-7def-8123-456789abcdef",
  tenant: "acme",
  key: "default",
  mode: "re-encrypt",
  status: "completed",
  total: 1_200,
  processed: 1_200,
  failed: 0,
  percent: 100,
  rate_per_second: 0,
  eta_seconds: null,
  started_at: "2026-03-01T10:00:00.000Z",
  completed_at: "2026-03-01T10:02:00.000Z",
  target_version: 2,
  max_rate: null,
  wait_code: null,
  created_at: "2026-03-01T10:00:00.000Z",
  intensity: 50,
  moved: 1_190,
  skipped: 10,
  versions_before: [{ version: 1, deks: 1_200 }],
  versions_after: [{ version: 2, deks: 1_200 }],
  kms_calls: 2,
  latency: {
    before: { read: { p50: 2, p99: 4.25 }, write: null },
    during: { read: { p50: 2, p99: 6.5 }, write: null },
  },
  failures: [],
};

describe("the parts of a job's page", () => {
  it("are headed by what the job does, and by its kind alone while it does nothing", () => {
    const headed = (status: RewrapJobView["status"]) =>
      renderToStaticMarkup(<RewrapPanel job={{ ...JOB, mode: "rewrap", status }} now={NOW} />);
    expect(headed("running")).toContain("Rewrapping to v2");
    for (const status of ["paused", "waiting", "queued", "completed"] as const)
      expect(headed(status)).not.toContain("Rewrapping");
  });

  it("report what it did, with the versions before and after", () => {
    const html = renderToStaticMarkup(<RewrapReport job={JOB} />);
    for (const text of ["Re-encrypt", "1,190", "v1: 1,200", "v2: 1,200", "Calls of the KMS"])
      expect(html).toContain(text);
  });

  it("show what it costs others, and let only those pace it who may, while it runs", () => {
    const running = { ...JOB, status: "running" as const };
    const html = renderToStaticMarkup(<RewrapThrottle job={running} onIntensity={() => {}} />);
    expect(html).toContain("4.3 ms");
    expect(html).toContain("6.5 ms");
    expect(html).toContain("<select");
    expect(renderToStaticMarkup(<RewrapThrottle job={running} />)).not.toContain("<select");
    expect(renderToStaticMarkup(<RewrapThrottle job={JOB} onIntensity={() => {}} />)).not.toContain(
      "<select",
    );
  });

  it("group failures, and offer a retry only to those who may", () => {
    const failures = [{ code: "DECRYPT_FAILED", count: 3, first: NOW, last: NOW, samples: [JOB.id] }];
    const part = (onRetry?: () => void) =>
      renderToStaticMarkup(
        <RewrapFailures failures={failures} exportUrl="/export" now={NOW} onRetry={onRetry} />,
      );
    expect(part()).toContain("DECRYPT_FAILED");
    expect(part()).not.toContain("Retry");
    expect(part(() => {})).toContain("Retry");
    expect(renderToStaticMarkup(<RewrapFailures failures={[]} exportUrl="/export" now={NOW} />)).toBe("");
  });
});
