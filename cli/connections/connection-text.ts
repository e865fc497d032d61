import { columns } from "#cli/shell/table.ts";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import type { PreflightStep, PreflightView } from "#lib/domain/preflight.ts";

const MARKS: Readonly<Record<PreflightStep["state"], string>> = {
  waiting: "    ",
  running: "... ",
  passed: "ok  ",
  missing: "—   ",
  untestable: "?   ",
  failed: "FAIL",
};

const diagnosisLines = ({ diagnosis }: PreflightStep): string[] => {
  if (!diagnosis) return [];
  const { code, message, providerCode, requestId, cause, mend } = diagnosis;
  const said = [providerCode ?? "no code", requestId ? `request ${requestId}` : null]
    .filter(Boolean)
    .join(", ");
  return [
    `       ${message} (${code}; the provider said: ${said})`,
    `       Likely cause: ${cause}`,
    `       Change: ${mend}`,
  ];
};

/** A test as text, step by step. */
export const preflightText = (test: PreflightView): string => {
  const lines = test.steps.flatMap((step) => [
    `${MARKS[step.state]} ${step.name.padEnd(13)} ${step.found.join(" ") || (step.state === "waiting" ? "not tried" : step.tried)}`,
    ...diagnosisLines(step),
  ]);
  const warnings = test.warnings.map(({ sentence }) => `Note: ${sentence}`);
  const latency =
    test.p50Ms === null
      ? []
      : [`Latency: p50 ${Math.round(test.p50Ms)} ms, p95 ${Math.round(test.p95Ms ?? 0)} ms.`];
  return [...lines, ...warnings, ...latency].join("\n");
};

/** How a connection stands, in a word. */
export const standingOf = ({ ready, probe, secretField, secretRevision }: ConnectionView): string => {
  if (probe) return probe.health.replace("_", " ");
  if (secretField !== null && secretRevision === 0) return "needs its secret";
  return ready ? "not probed yet" : "not tested yet";
};

const deletionLine = ({ probe }: ConnectionView): [string, string][] => {
  if (!probe?.deletionAt) return [];
  const days = Math.ceil((Date.parse(probe.deletionAt) - Date.now()) / 86_400_000);
  return [["deleted on", `${probe.deletionAt} (${days} days left; cancel it at the provider)`]];
};

const quotaLine = ({ busiestSecond, quota }: ConnectionView): string => {
  const asked = `${busiestSecond} ${busiestSecond === 1 ? "request" : "requests"}`;
  return quota === null ? asked : `${asked}; the provider takes ${quota.perSecond} from ${quota.scope}`;
};

/** One connection with what its customer needs to set up trust. */
export const connectionText = (connection: ConnectionView): string => {
  const { provider: _, access, ...config } = connection.config;
  const rows: [string, string][] = [
    ["connection", `${connection.name} (${connection.id})`],
    ["provider", `${connection.provider}, access by ${access}`],
    ["custody", connection.custody],
    ...Object.entries(config),
    ...(connection.externalId === null
      ? []
      : ([["external id", connection.externalId]] as [string, string][])),
    ["health", standingOf(connection)],
    ...deletionLine(connection),
    ...(connection.probe?.message ? ([["because", connection.probe.message]] as [string, string][]) : []),
    ["calls in 24 h", `${connection.calls} (${connection.failures} failed), ${connection.requests} requests`],
    ["busiest second", quotaLine(connection)],
    ["key versions", String(connection.keyVersions)],
    ...(connection.probe?.versions ?? []).map(({ version, current, createdAt }): [string, string] => [
      current ? "current version" : "version",
      `${version}${createdAt ? ` of ${createdAt}` : ""}`,
    ]),
  ];
  return columns(rows);
};
