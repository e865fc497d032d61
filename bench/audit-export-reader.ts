import { connect } from "#db/client.ts";
import { newId } from "#lib/domain/ids.ts";
import { exportEvents } from "#lib/services/audit/export-events.ts";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import { watchMemory } from "./memory.ts";

export type ExportFigures = { rows: number; took_ms: number; rss_mb: number; rss_before_mb: number };

const { BENCH_DATABASE_URL = "", BENCH_FORMAT: format = "jsonl" } = process.env;

const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
};

/** Exports as the console would, and counts the lines. */
const readExport = async (): Promise<ExportFigures> => {
  const db = connect(BENCH_DATABASE_URL);
  const actor = { type: "person", id: newId(), role: "owner" } as const;
  const ctx = { db, source: "console", actor, req: "req_bench" } as const;
  await searchEvents(ctx, {});
  const rss_before_mb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  const memory = watchMemory();
  const start = performance.now();
  const { bytes, count } = await exportEvents(ctx, { query: "outcome:ok", format });
  let lines = format === "csv" ? -1 : 0;
  for await (const part of bytes) lines += countLines(part);
  const took_ms = performance.now() - start;
  await db.close();
  if (lines !== count) throw new Error(`The export had ${lines} lines for ${count} events.`);
  return { rows: count, took_ms, rss_mb: memory.stop(), rss_before_mb };
};

console.log(JSON.stringify(await readExport()));
