import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTestCli } from "#cli/testing/run-test-cli.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { hasPython, NO_PYTHON, runReader } from "#e2e/readers/run-reader.ts";
import { keeperMeta } from "#keeper/keeper.ts";
import { anchorsOf, settleLog, verify } from "#keeper/sequencer/test/log-helpers.ts";
import type { TestPlane, TestTenant } from "#keeper/server/test/test-plane.ts";
import { createTestPlane, recordPath } from "#keeper/server/test/test-plane.ts";
import { cliContext, rotate } from "#keeper/testing/test-keeper.ts";
import { toBase64 } from "#lib/audit/base64.ts";
import { leafHash } from "#lib/audit/leaf.ts";
import { decodeRange, rangeRoot, rootOf } from "#lib/audit/merkle.ts";
import { decodeBase64, encodeBase64 } from "#lib/crypto/base64.ts";
import { decryptField, encryptField } from "#lib/crypto/envelope.ts";
import { decodeFieldText } from "#lib/crypto/field-text.ts";
import { kekFromBytes } from "#lib/crypto/kek.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { exportEvents } from "#lib/services/audit/export-events.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { RecordEnvelope } from "./export-record.ts";

/** Every record of a live keeper, by name; what is written again counts as it was written last. */
const written = new Map<string, Record<string, string>>();
const RECORDS = 50;
const LARGE = 200 * 1024;

let plane: TestPlane;
let acme: TestTenant;
let exports: RecordEnvelope[];
let keks: Map<string, string>;
let folder: string;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

const fieldsOf = (n: number): Record<string, string> => ({
  email: `c${n}@example.test`,
  empty: "",
  'naïve \u{1F600}\n"quoted" \\': `\uFEFFZoë 電話 \u{1F511}\u0000\r\n${n}`,
  ...(n % 25 === 0 ? { large: "é\u{1F511}x".repeat(LARGE / 7) } : {}),
});

const put = async (n: number, fields: Record<string, string>) => {
  const record = n % 10 === 3 ? `r/${n} é\u{1F600}%2F` : `r-${n}`;
  const { status } = await plane.call("PUT", recordPath("acme", "customers", record), {
    token: acme.token,
    body: { fields },
  });
  expect(status).toBeLessThan(300);
  written.set(record, fields);
};

const exportRecord = async (record: string): Promise<RecordEnvelope> => {
  const path = `${recordPath("acme", "customers", record)}?form=envelope`;
  const { status, body } = await plane.call("GET", path, { token: acme.token });
  expect(status).toBe(200);
  return body as unknown as RecordEnvelope;
};

const revealKeks = async (): Promise<string> => {
  const { dataDir } = plane.keeper;
  const where = ["--database-url", plane.t.superuserUrl, "--kms", join(dataDir, "kms")];
  const asked = ["--root", join(dataDir, "root.key"), "--tenant", "acme", "--keks", "--yes-reveal-keys"];
  const { exit, out } = await runTestCli(["recover", ...where, ...asked, "--json"]);
  expect(exit).toBe(0);
  return out;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keyfold-second-reader-"));
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  for (let n = 0; n < RECORDS / 2; n += 1) await put(n, fieldsOf(n));
  await rotate(plane.t, plane.keeper, "acme");
  for (let n = RECORDS / 2; n < RECORDS; n += 1) await put(n, fieldsOf(n));
  for (const n of [3, 4]) await put(n, { again: `written again ${n}` });
  exports = await Promise.all([...written.keys()].map(exportRecord));
  const recovered = await revealKeks();
  file("keks.jsonl", recovered);
  const lines = recovered.split("\n").filter((line) => line.includes('"kek":'));
  keks = new Map(
    lines.map((line) => JSON.parse(line)).map(({ key_id, version, kek }) => [`${key_id}/${version}`, kek]),
  );
});
afterAll(async () => {
  await plane.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A record opened with the formats' own code, or the code of why not. */
const open = (record: RecordEnvelope): Record<string, string> | string => {
  try {
    const kek = kekFromBytes(
      { keyId: record.key_id, version: record.key_version },
      Buffer.from(keks.get(`${record.key_id}/${record.key_version}`) ?? "", "hex"),
    );
    const dek = unwrapDek(kek, decodeBase64(record.wrapped_dek), record);
    const values = Object.entries(record.fields).map(([name, { context, ciphertext }]) => [
      name,
      decodeFieldText(decryptField(dek, context, decodeBase64(ciphertext))),
    ]);
    return Object.fromEntries(values);
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

const openInPython = (records: readonly RecordEnvelope[]) =>
  runReader(
    ["open", "--keks", join(folder, "keks.jsonl")],
    records.map((record) => `${JSON.stringify(record)}\n`).join(""),
  );

const flip = (text: string, at: number): string => {
  const bytes = decodeBase64(text);
  const index = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  return encodeBase64(bytes);
};

if (!hasPython) console.info(NO_PYTHON);

describe("records that a keeper wrote over HTTP", () => {
  it("are under two versions of the key, and their KEKs are all that recover reveals", () => {
    expect(exports).toHaveLength(RECORDS);
    const versions = exports.map(({ key_version }) => key_version);
    expect([1, 2].map((version) => versions.filter((own) => own === version).length)).toEqual([23, 27]);
    expect([...keks.keys()]).toEqual([`${acme.keyId}/1`, `${acme.keyId}/2`]);
  });

  it("open with their exports and KEKs alone", () => {
    for (const record of exports) expect(open(record)).toEqual(written.get(record.record));
  });

  it("open in the second reader, to the same values", () => {
    if (!hasPython) return;
    const { status, lines, failures } = openInPython(exports);
    expect([status, failures]).toEqual([0, []]);
    const read = new Map<string, Record<string, string>>();
    for (const { collection, record, field, value } of lines) {
      expect(collection).toBe("customers");
      read.set(String(record), { ...read.get(String(record)), [String(field)]: String(value) });
    }
    expect(read.size).toBe(RECORDS);
    for (const [record, fields] of written) expect(read.get(record)).toEqual(fields);
  });

  it("do not open when anything of them was changed", () => {
    const [one, two] = exports as [RecordEnvelope, RecordEnvelope];
    const email = one.fields.email as RecordEnvelope["fields"][string];
    const withEmail = (change: object): RecordEnvelope => ({
      ...one,
      fields: { email: { ...email, ...change } },
    });
    const moved = { ...email.context, record: two.record };
    const older = exports.findLast(({ key_version }) => key_version === 2) as RecordEnvelope;
    const cases: [string, RecordEnvelope][] = [
      ["DECRYPT_FAILED", withEmail({ ciphertext: flip(email.ciphertext, -1) })],
      ["DECRYPT_FAILED", withEmail({ ciphertext: flip(email.ciphertext, 90) })],
      ["DECRYPT_FAILED", withEmail({ ciphertext: flip(email.ciphertext, 60) })],
      ["DECRYPT_FAILED", withEmail({ ciphertext: flip(email.ciphertext, 30) })],
      ["DECRYPT_FAILED", withEmail({ ciphertext: flip(email.ciphertext, 10) })],
      ["ENVELOPE_UNSUPPORTED", withEmail({ ciphertext: flip(email.ciphertext, 3) })],
      ["ENVELOPE_MALFORMED", withEmail({ ciphertext: flip(email.ciphertext, 0) })],
      ["ENVELOPE_MALFORMED", withEmail({ ciphertext: email.ciphertext.slice(0, 40) })],
      ["DECRYPT_FAILED", withEmail({ ciphertext: two.fields.email?.ciphertext })],
      ["DECRYPT_FAILED", withEmail({ context: { ...email.context, field: "empty" } })],
      ["DECRYPT_FAILED", { ...withEmail({ context: moved }), record: two.record }],
      ["DECRYPT_FAILED", withEmail({ context: { ...email.context, tenant: acme.keyId } })],
      ["DECRYPT_FAILED", { ...withEmail({}), wrapped_dek: two.wrapped_dek, dek_id: two.dek_id }],
      ["DECRYPT_FAILED", { ...withEmail({}), wrapped_dek: flip(one.wrapped_dek, -1) }],
      ["DECRYPT_FAILED", { ...withEmail({}), wrapped_dek: flip(one.wrapped_dek, 41) }],
      ["ENVELOPE_UNSUPPORTED", { ...withEmail({}), wrapped_dek: flip(one.wrapped_dek, 4) }],
      ["DECRYPT_FAILED", { ...withEmail({}), key_version: older.key_version }],
      ["DECRYPT_FAILED", { ...withEmail({}), purpose: "other" }],
      ["DECRYPT_FAILED", { ...withEmail({}), tenant: acme.keyId }],
    ];
    const codes = cases.map(([code]) => code);
    expect(cases.map(([, record]) => open(record))).toEqual(codes);
    if (!hasPython) return;
    const { status, lines, failures } = openInPython(cases.map(([, record]) => record));
    expect([status, lines]).toEqual([1, []]);
    expect(failures.map(({ code }) => code)).toEqual(codes);
  });

  it("are text: bytes that are not UTF-8 open for nobody, and the others of the record do not either", async () => {
    const record = "r-7";
    const before = exports.find((one) => one.record === record) as RecordEnvelope;
    const { kek, purpose } = await plane.keeper.keks.forUnwrap(acme.tenantId, acme.keyId, 1, "req_t");
    const dek = unwrapDek(kek, decodeBase64(before.wrapped_dek), { purpose, tenant: acme.tenantId });
    const context = { tenant: acme.tenantId, collection: "customers", record, field: "email" };
    const ciphertext = encryptField(dek, context, Buffer.from([0x61, 0xff, 0x62]));
    await plane.t.superuser`
      UPDATE record_field SET ciphertext = ${ciphertext} WHERE name = 'email'
      AND record_id = (SELECT id FROM record WHERE record = ${record})`;
    const answer = await plane.call("GET", recordPath("acme", "customers", record), { token: acme.token });
    expect([answer.status, answer.body.error?.code]).toEqual([422, "DECRYPT_FAILED"]);
    expect((await plane.events("crypto.decrypt_failed")).at(-1)?.detail).toMatchObject({
      reason: "not_text",
    });
    if (!hasPython) return;
    const { lines, failures } = openInPython([await exportRecord(record)]);
    expect(failures).toEqual([
      { line: 1, collection: "customers", record, field: "email", code: "DECRYPT_FAILED" },
    ]);
    expect(lines).toHaveLength(Object.keys(fieldsOf(7)).length - 1);
  });
});

describe("the log of it", () => {
  let head: { size: number; root: string };

  beforeAll(async () => {
    // The longest request that the database lets into the log: in code points, not in UTF-16 units.
    const event = {
      action: "access.denied" as const,
      target: { type: "tenant" as const, id: acme.tenantId },
      detail: { permission: "Zoë \u{1F511}\u0001" },
    };
    await withTenant(plane.keeper.db, acme.tenantId, (tx) =>
      writeEvents(tx, { ...keeperMeta(plane.keeper, "\u{1F511}".repeat(120)) }, [event]),
    );
    const signer = await settleLog(plane.keeper);
    await rotate(plane.t, plane.keeper, "acme");
    await settleLog(plane.keeper, signer);
    const [row] = await plane.t.superuser<{ size: string; hashes: Buffer }[]>`
      SELECT size, hashes FROM audit_head WHERE log_id = ${acme.tenantId}`;
    const size = Number(row?.size);
    head = { size, root: toBase64(rangeRoot(decodeRange(size, row?.hashes ?? Buffer.alloc(0)))) };
  });

  it("verifies", async () => {
    expect(await verify(plane.t, plane.keeper.dataDir)).toMatchObject({ ok: true, first_bad: null });
  });

  it("exported as JSON lines has the root of the tenant's tree", async () => {
    const lines: string[] = [];
    const { bytes } = await exportEvents(cliContext(plane.t), { tenant: "acme" });
    for await (const part of bytes) lines.push(...(Buffer.from(part).toString().match(/.*\n/g) ?? []));
    expect(lines).toHaveLength(head.size);
    const leaves = lines.map((line) => {
      const [, index, entry = ""] = /^\{"leaf_index":(\d+),"log":"acme","entry":(.*)\}\n$/.exec(line) ?? [];
      return { index: Number(index), hash: leafHash(new TextEncoder().encode(entry)) };
    });
    const inOrder = leaves.toSorted((a, b) => a.index - b.index);
    expect(inOrder.map(({ index }) => index)).toEqual(inOrder.map((_, n) => n));
    expect(toBase64(rootOf(inOrder.map(({ hash }) => hash)))).toBe(head.root);
    if (!hasPython) return;
    const log = (some: readonly string[]) => runReader(["log", file("export.jsonl", some.join(""))]);
    expect(log(lines)).toMatchObject({
      status: 0,
      lines: [{ tree: acme.tenantId, ...head, unplaced: 0 }],
      failures: [],
    });
    expect(log(lines.toSpliced(4, 1))).toMatchObject({
      status: 1,
      lines: [],
      failures: [{ code: "LEAF_MISSING" }],
    });
    const changed = lines.map((line) => line.replace('"to":2', '"to":3'));
    expect(changed).not.toEqual(lines);
    const [root] = log(changed).lines;
    expect(root).toMatchObject({ size: head.size, root: expect.any(String) });
    expect(root).not.toMatchObject({ root: head.root });
  });

  it("read with the document's own statement is held by the anchored checkpoints", async () => {
    const document = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8");
    const statement = /```sql\n([\s\S]*?)```/.exec(document)?.[1] ?? "";
    const backup = postgres(plane.t.urls.backup, { max: 1, onnotice: () => {} });
    const rows = await backup.unsafe(statement).finally(() => backup.end());
    const leaves = rows.map((row) => String(Object.values(row)[0]));
    expect(leaves.length).toBeGreaterThan(head.size);
    const anchors = anchorsOf(plane.keeper.dataDir);
    const [checkpoints, vkey] = [join(anchors, "checkpoints.log"), join(anchors, "log.vkey")];
    const newest = readFileSync(checkpoints, "utf8").trimEnd().split("\n\n").at(-2)?.split("\n") ?? [];
    if (!hasPython) return;
    const log = (some: readonly string[]) =>
      runReader([
        "log",
        file("leaves.jsonl", `${some.join("\n")}\n`),
        "--anchor",
        checkpoints,
        "--vkey",
        vkey,
      ]);
    const { status, lines, failures } = log(leaves);
    expect([status, failures]).toEqual([0, []]);
    expect(lines).toContainEqual({ tree: acme.tenantId, ...head });
    expect(lines.at(-1)).toMatchObject({
      tree: "global",
      size: Number(newest[1]),
      root: newest[2],
      heads_checked: 2,
      heads_unchecked: 0,
      checkpoints_checked: 2,
    });
    const inTenant = leaves.map((leaf) => leaf.replace('"to":2', '"to":3'));
    expect(log(inTenant)).toMatchObject({ status: 1, lines: [], failures: [{ code: "ROOT_MISMATCH" }] });
    const inGlobal = leaves.map((leaf) => leaf.replace('"generation":1', '"generation":2'));
    expect(inGlobal).not.toEqual(leaves);
    expect(log(inGlobal)).toMatchObject({ status: 1, lines: [], failures: [{ code: "ANCHOR_ROOT" }] });
  });
});
