import lighthouse, { desktopConfig } from "lighthouse";
import { withBrowser } from "./browser.ts";
import { median } from "../median.ts";
import { withInstance } from "./with-instance.ts";

const PAGES = ["/", "/t/northwind/keys/default", "/audit"] as const;
const RECORDS = 2_000;

type Run = {
  performance: number;
  accessibility: number;
  best_practices: number;
  lcp_ms: number;
  tbt_ms: number;
  cls: number;
  script_kib: number;
};

export type LighthouseBench = {
  preset: "desktop";
  passes: number;
  /** The median of each figure. */
  pages: ({ path: string } & Run)[];
  /** What Lighthouse found fault with in any run, by the audit's id. */
  faults: string[];
};

/** The browser sometimes records no beginning of a page. Lighthouse asks for another try then, and it has one. */
const NOT_RECORDED = new Set(["NO_NAVSTART", "NO_TRACING_STARTED", "NO_SCREENSHOTS"]);

type Signed = { port: number; cookie: string };

const look = async (url: string, { port, cookie }: Signed) => {
  const result = await lighthouse(
    url,
    {
      port,
      logLevel: "error",
      onlyCategories: ["performance", "accessibility", "best-practices"],
      extraHeaders: { Cookie: cookie },
    },
    desktopConfig,
  );
  return result?.lhr;
};

const measure = async (url: string, signed: Signed, faults: Set<string>): Promise<Run> => {
  const first = await look(url, signed);
  const report = NOT_RECORDED.has(first?.runtimeError?.code ?? "") ? await look(url, signed) : first;
  if (!report || report.runtimeError || new URL(report.finalDisplayedUrl).pathname !== new URL(url).pathname)
    throw new Error(
      `Lighthouse did not see ${url}: ${report?.runtimeError?.message ?? report?.finalDisplayedUrl}`,
    );
  const { categories, audits } = report;
  for (const category of [categories.accessibility, categories["best-practices"]])
    for (const { id } of category?.auditRefs ?? [])
      if (audits[id]?.score !== null && (audits[id]?.score ?? 1) < 1) faults.add(id);
  const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100);
  const value = (name: string) => audits[name]?.numericValue ?? 0;
  const requests = audits["network-requests"]?.details;
  const scripts =
    requests?.type === "table" ? requests.items.filter((item) => item.resourceType === "Script") : [];
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    best_practices: score("best-practices"),
    lcp_ms: Math.round(value("largest-contentful-paint")),
    tbt_ms: Math.round(value("total-blocking-time")),
    cls: Number(value("cumulative-layout-shift").toFixed(3)),
    script_kib: Math.round(scripts.reduce((sum, item) => sum + Number(item.transferSize ?? 0), 0) / 1024),
  };
};

const medianOf = (runs: readonly Run[]): Run => {
  const of = (name: keyof Run) => median(runs.map((run) => run[name]));
  return {
    performance: of("performance"),
    accessibility: of("accessibility"),
    best_practices: of("best_practices"),
    lcp_ms: of("lcp_ms"),
    tbt_ms: of("tbt_ms"),
    cls: of("cls"),
    script_kib: of("script_kib"),
  };
};

/** Measures the overview, a key's page and the log with Lighthouse, each `passes` times, signed in, over a sample. */
export const benchLighthouse = ({
  passes,
  say,
}: {
  passes: number;
  say: (line: string) => void;
}): Promise<LighthouseBench> =>
  withInstance({ records: RECORDS, say }, ({ url, cookie }) =>
    withBrowser(async (port) => {
      const faults = new Set<string>();
      const pages: LighthouseBench["pages"] = [];
      for (const path of PAGES) {
        const runs: Run[] = [];
        for (let pass = 1; pass <= passes; pass += 1) {
          const run = await measure(`${url}${path}`, { port, cookie }, faults);
          say(`${path} ${pass}: ${run.performance} / ${run.accessibility} / ${run.best_practices}`);
          runs.push(run);
        }
        pages.push({ path, ...medianOf(runs) });
      }
      return { preset: "desktop", passes, pages, faults: [...faults] };
    }),
  );
