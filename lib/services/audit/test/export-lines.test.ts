import { describe, expect, it } from "vitest";
import { encodeEntry } from "#lib/audit/entry.ts";
import { newId } from "#lib/domain/ids.ts";
import type { ExportFormat } from "../export-format.ts";
import { exportText } from "../export-format.ts";
import { linesWriter } from "../export-lines.ts";

const AT = "2026-01-31T08:00:00.000Z";
const TENANT = newId();
const SLUGS = new Map([[TENANT, "acme"]]);

type Odd = { actor?: string; session?: string; target?: string; reason?: string; cause?: string };
const entryOf = ({ actor = "ada", session, target = "k", reason, cause }: Odd, tenant: string | null) =>
  encodeEntry({
    v: 1,
    id: newId(),
    t: AT,
    tenant,
    source: "cli",
    actor: { type: "cli", id: actor, ...(session !== undefined && { session }) },
    action: "key.rotated",
    target: { type: "key", id: target },
    outcome: "ok",
    ...(reason !== undefined && { reason }),
    req: "req_1",
    ...(cause !== undefined && { cause }),
    detail: { from: 1, to: 2 },
  });

const rowOf = (entry: Uint8Array, leafIndex: number | null = null) => {
  const { id, tenant } = JSON.parse(Buffer.from(entry).toString()) as { id: string; tenant: string | null };
  return {
    id,
    at: AT,
    tenant: tenant && (SLUGS.get(tenant) ?? null),
    leafIndex,
    entry: Buffer.from(entry),
    owner: tenant,
  };
};
type Row = ReturnType<typeof rowOf>;
const quick = (format: ExportFormat, rows: readonly Row[]): string | null => {
  const made = linesWriter(
    format,
    SLUGS,
  )({
    lines: Buffer.concat(
      rows.flatMap(({ id, owner, entry }) => [
        Buffer.from(`${id}\t${owner ?? ""}\t`),
        entry,
        Buffer.from("\n"),
      ]),
    ),
    // In the order of an index, which need not be that of the page.
    leaves: Buffer.from(
      rows
        .flatMap(({ id, leafIndex }) => (leafIndex === null ? [] : [`${id}\t${leafIndex}\n`]))
        .toReversed()
        .join(""),
    ),
    rows: rows.length,
    last: { at: AT, id: newId() },
  });
  return made && Buffer.from(made).toString();
};

const ODD: Odd[] = [
  {},
  { actor: "=1+1", session: "+s", target: "-k", reason: "@r" },
  { actor: "＝1", session: "＋s", target: "－k", reason: "＠r" },
  { target: "\t=x", reason: "x=y" },
  { target: 'a,"b"', reason: "one\r\ntwo\nthree" },
  { target: "nul\u0000=1", reason: "\u0000" },
  { reason: "", cause: newId() },
  { target: "ümlaut 🔑", reason: "\u2028" },
];

describe("lines of whole entries", () => {
  it.each(["csv", "jsonl"] as const)("are the %s that each row by itself makes", (format) => {
    const rows = ODD.flatMap((odd, n) => [rowOf(entryOf(odd, TENANT), n), rowOf(entryOf(odd, null))]);
    expect(quick(format, rows)).toBe(exportText(format, rows));
    for (const row of rows) expect(quick(format, [row])).toBe(exportText(format, [row]));
    expect(quick(format, [])).toBe("");
  });

  it.each(["csv", "jsonl"] as const)("find the places of many events as %s", (format) => {
    const rows = Array.from({ length: 300 }, (_, n) => rowOf(entryOf({}, TENANT), n % 7 === 0 ? null : n));
    expect(quick(format, rows)).toBe(exportText(format, rows));
  });

  it("quote a carriage return, which begins neither a row nor a formula", () => {
    expect(quick("csv", [rowOf(entryOf({ target: "\r=x" }, null))])).toContain(`,key,"'\r=x",ok,`);
  });

  it.each([
    "{}",
    '{"a":-0,"b":10,"c":true,"d":false,"e":null,"f":""}',
    '{"a":1.5,"b":1e21}',
    '{"codes":[{"code":"X","count":2}],"deep":{"a":{}}}',
    '{"a":"\\"},\\"id\\":"}',
    '{"a":"\u007f"}',
  ])("hold the detail %s as it stands", (detail) => {
    const text = Buffer.from(entryOf({}, TENANT)).toString().replace('{"from":1,"to":2}', detail);
    const row = rowOf(Buffer.from(text), 7);
    expect(quick("jsonl", [row, row])).toBe(exportText("jsonl", [row, row]));
    const cell = `,req_1,,"${detail.replaceAll('"', '""')}",\r\n`;
    expect(quick("csv", [row, row])?.split(cell)).toHaveLength(3);
  });

  it.each([
    '{"a":01}',
    '{"a":1,}',
    "{,}",
    '{"a"}',
    '{"a":-}',
    '{"a":+1}',
    '{"a":tru}',
    '{"a":"\t"}',
    '{"a":1}}',
    "{",
    '{"a":1 "b":2}',
  ])("are no entry's with the detail %s", (detail) => {
    const whole = rowOf(entryOf({}, TENANT), 1);
    const entry = Buffer.from(whole.entry.toString().replace('{"from":1,"to":2}', detail));
    for (const format of ["csv", "jsonl"] as const)
      expect(quick(format, [whole, { ...whole, entry }, whole])).toBeNull();
  });

  it.each(["csv", "jsonl"] as const)("are left to the careful way as %s when one is none", (format) => {
    const whole = rowOf(entryOf({}, TENANT));
    const text = whole.entry.toString();
    const broken = [
      `${text}\n${text}`,
      `${text}\r`,
      `${text},"leaf_index":1`,
      text.slice(1),
      "",
      ...(format === "csv" ? ["{}", "[]", "1", "null", text.replace('"ada"', "7")] : []),
    ];
    for (const entry of broken) {
      expect(quick(format, [whole, { ...whole, entry: Buffer.from(entry) }, whole])).toBeNull();
    }
    expect(quick(format, [rowOf(entryOf({}, newId()))])).toBeNull();
  });
});
