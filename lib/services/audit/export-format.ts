import { stringify } from "csv-stringify/sync";
import type { EntryFrame } from "#lib/audit/entry.ts";
import { readEntry } from "#lib/audit/entry.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { ExportRow } from "#db/queries/audit-export.ts";

export const EXPORT_FORMATS = ["jsonl", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const isJsonLine = (text: string): boolean => {
  if (/[\r\n]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * The entry stands in the line as its exact bytes, so that who has the line can hash them. Bytes that are no JSON were
 * changed after they were logged: they come as `entry_b64`, for whoever looks into that.
 */
const toJsonLine = ({ leafIndex, tenant, entry }: ExportRow): string => {
  const text = entry.toString("utf8");
  const head = `{"leaf_index":${leafIndex},"log":${JSON.stringify(tenant ?? "global")}`;
  return isJsonLine(text)
    ? `${head},"entry":${text}}\n`
    : `${head},"entry":null,"entry_b64":"${entry.toString("base64")}"}\n`;
};

const CSV_COLUMNS = [
  "time",
  "id",
  "log",
  "leaf_index",
  "source",
  "actor_type",
  "actor_id",
  "session",
  "action",
  "target_type",
  "target_id",
  "outcome",
  "reason",
  "request",
  "cause",
  "detail",
  "entry_b64",
];

const frameOf = (bytes: Uint8Array): EntryFrame | null => {
  try {
    return readEntry(bytes);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
};

const toRecord = ({ id, at, tenant, leafIndex, entry }: ExportRow): unknown[] => {
  const place = [tenant ?? "global", leafIndex];
  const frame = frameOf(entry);
  if (!frame) return [at, id, ...place, ...Array(12).fill(""), entry.toString("base64")];
  const { t, source, actor, action, target, outcome, reason, req, cause, detail } = frame;
  return [
    t,
    id,
    ...place,
    source,
    actor.type,
    actor.id,
    actor.session,
    action,
    target.type,
    target.id,
    outcome,
    reason,
    req,
    cause,
    JSON.stringify(detail),
    "",
  ];
};

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const toCsv = (records: readonly unknown[][]): string =>
  stringify([...records], { record_delimiter: "windows", escape_formulas: true });

/** What stands before the rows. */
export const exportHead = (format: ExportFormat): string => (format === "csv" ? toCsv([CSV_COLUMNS]) : "");

/** Rows as text. */
export const exportText = (format: ExportFormat, rows: readonly ExportRow[]): string =>
  format === "csv" ? toCsv(rows.map(toRecord)) : rows.map(toJsonLine).join("");
