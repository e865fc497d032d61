import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { TestDatabase } from "#db/testing/test-database.ts";
import type { ExportFormat } from "#lib/services/audit/export-format.ts";
import type { ExportFigures } from "./audit-export-reader.ts";

/** As `keyfold audit export` runs. */
const NODE_FLAGS = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1"];
const READER = fileURLToPath(new URL("audit-export-reader.ts", import.meta.url));

export type ExportBench = {
  rows: number;
  jsonl_rows_per_s: number;
  csv_rows_per_s: number;
  copy_rows_per_s: number;
  /** Ours ÷ COPY to nowhere. */
  jsonl_ratio: number;
  csv_ratio: number;
  /** The most memory that the process which exports held, and what of it was there before its first line. */
  rss_mb: number;
  rss_before_mb: number;
};

const readAll = async (url: string, format: ExportFormat): Promise<ExportFigures> => {
  const child = spawn(process.execPath, [...NODE_FLAGS, READER], {
    env: { ...process.env, BENCH_DATABASE_URL: url, BENCH_FORMAT: format },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) throw new Error(`The export as ${format} failed.`);
  return JSON.parse(output);
};

const copyRate = async (t: TestDatabase, rows: number): Promise<number> => {
  const start = performance.now();
  const stream =
    await t.superuser`COPY (SELECT entry FROM audit_event WHERE outcome = 'ok') TO STDOUT`.readable();
  stream.resume();
  await once(stream, "end");
  return rows / ((performance.now() - start) / 1000);
};

/** All that went well, exported by a process that does nothing else, against COPY to nowhere in the same run. */
export const measureExport = async (t: TestDatabase): Promise<ExportBench> => {
  const url = t.urls.console;
  // The first run compiles what the others find compiled, and warms the caches for all.
  const first = await readAll(url, "jsonl");
  const before = await copyRate(t, first.rows);
  const csv = await readAll(url, "csv");
  const jsonl = await readAll(url, "jsonl");
  const copy = (before + (await copyRate(t, jsonl.rows))) / 2;
  const rate = ({ rows, took_ms }: ExportFigures): number => rows / (took_ms / 1000);
  return {
    rows: jsonl.rows,
    jsonl_rows_per_s: Math.round(rate(jsonl)),
    csv_rows_per_s: Math.round(rate(csv)),
    copy_rows_per_s: Math.round(copy),
    jsonl_ratio: Number((rate(jsonl) / copy).toFixed(2)),
    csv_ratio: Number((rate(csv) / copy).toFixed(2)),
    rss_mb: Math.max(csv.rss_mb, jsonl.rss_mb),
    rss_before_mb: Math.max(csv.rss_before_mb, jsonl.rss_before_mb),
  };
};
