import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeBase64 } from "#lib/crypto/base64.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  other = await plane.tenant("other");
});
afterAll(() => plane.close());

const put = (record: string, fields: unknown, as = acme, collection = "customers") =>
  plane.call("PUT", recordPath(as.slug, collection, record), { token: as.token, body: { fields } });
const get = (record: string, as = acme, collection = "customers") =>
  plane.call("GET", recordPath(as.slug, collection, record), { token: as.token });

describe("a record", () => {
  it("is made with 201, read back, replaced with 200", async () => {
    expect((await put("42", { email: "alice@example.com", name: "Alice" })).status).toBe(201);
    expect(await get("42")).toMatchObject({
      status: 200,
      body: { fields: { email: "alice@example.com", name: "Alice" } },
    });
    expect((await put("42", { email: "a@example.com" })).status).toBe(200);
    expect((await get("42")).body).toEqual({ fields: { email: "a@example.com" } });
  });

  it("keeps names and values as they are, whatever they are", async () => {
    const fields = Object.fromEntries([
      ["__proto__", "own"],
      ["constructor", ""],
      ["naïve \u{1F600} / % ?", "\u0000\uFEFF line\nend \u{1F511}"],
      ['{"quoted",\\}', "NULL"],
    ]);
    for (const record of ["a/b%2Fc d", "\u{1F600}", "NULL", '",{}\\', "%", "+", "é"]) {
      expect((await put(record, fields, acme, "weird/ %25")).status).toBe(201);
      const answer = await get(record, acme, "weird/ %25");
      expect(Object.entries(answer.body.fields ?? {}).sort()).toEqual(Object.entries(fields).sort());
    }
  });

  it("may have no fields, and has at most a hundred", async () => {
    expect((await put("none", {})).status).toBe(201);
    expect((await get("none")).body).toEqual({ fields: {} });
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, "v"]));
    expect((await put("many", many(100))).status).toBe(201);
    expect((await put("more", many(101))).body.error?.code).toBe("INVALID_INPUT");
  });

  it("holds a value of 16 MiB and refuses a byte more", async () => {
    const value = "é".repeat(8 * 1024 * 1024);
    expect((await put("big", { value })).status).toBe(201);
    expect((await get("big")).body.fields?.value === value).toBe(true);
    expect(await put("bigger", { value: `${value}x` })).toMatchObject({
      status: 413,
      body: { error: { code: "TOO_LARGE" } },
    });
    expect((await get("bigger")).status).toBe(404);
  });

  it("is gone after DELETE, with its fields and its DEK", async () => {
    await put("gone", { a: "1" });
    const remove = () => plane.call("DELETE", recordPath("acme", "customers", "gone"), { token: acme.token });
    const [before] = await plane.t.superuser`SELECT id FROM record WHERE record = 'gone'`;
    expect((await remove()).status).toBe(204);
    expect((await get("gone")).status).toBe(404);
    expect(await remove()).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    const left = await plane.t.superuser`
      SELECT record_id FROM dek WHERE record_id = ${before?.id}
      UNION ALL SELECT record_id FROM record_field WHERE record_id = ${before?.id}`;
    expect(left).toHaveLength(0);
  });

  it("has a DEK of its own with each write, and nothing of it is stored in clear", async () => {
    const dekId = async () => {
      const rows = await plane.t.superuser`
        SELECT substring(wrapped_dek FROM 6 FOR 16) AS id FROM dek JOIN record r ON r.id = record_id
        WHERE r.record = 'fresh'`;
      return String(rows[0]?.id.toString("hex"));
    };
    await put("fresh", { secret: "PLAINTEXT-MARKER" });
    const first = await dekId();
    await put("fresh", { secret: "PLAINTEXT-MARKER" });
    expect(await dekId()).not.toBe(first);
    const [found] = await plane.t.superuser`
      SELECT count(*)::int AS n FROM record_field WHERE position('PLAINTEXT-MARKER'::bytea IN ciphertext) > 0`;
    expect(found?.n).toBe(0);
  });
});

describe("the envelope form", () => {
  it("opens with the formats alone", async () => {
    await put("exported", { email: "bob@example.com", note: "" });
    const { status, body } = await plane.call(
      "GET",
      `${recordPath("acme", "customers", "exported")}?form=envelope`,
      {
        token: acme.token,
      },
    );
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      "collection",
      "record",
      "key_id",
      "key",
      "key_version",
      "dek_id",
      "kms_key_id",
      "wrapped_dek",
      "purpose",
      "tenant",
      "fields",
    ]);
    const envelope = body as unknown as {
      key_version: number;
      wrapped_dek: string;
      dek_id: string;
      fields: Record<string, { context: { [pair: string]: string }; ciphertext: string }>;
    };
    expect(body).toMatchObject({
      tenant: acme.tenantId,
      key_id: acme.keyId,
      key: "default",
      purpose: "default",
      key_version: 1,
      kms_key_id: `local:${plane.keeper.platform.id}`,
    });
    const { kek } = await plane.keeper.keks.forUnwrap(
      acme.tenantId,
      acme.keyId,
      envelope.key_version,
      "req_t",
    );
    const dek = unwrapDek(kek, decodeBase64(envelope.wrapped_dek), {
      purpose: "default",
      tenant: acme.tenantId,
    });
    expect(dek.id).toBe(envelope.dek_id);
    const values = Object.entries(envelope.fields).map(([name, { context, ciphertext }]) => {
      expect(context).toEqual({
        tenant: acme.tenantId,
        collection: "customers",
        record: "exported",
        field: name,
      });
      return [name, decryptField(dek, context as never, decodeBase64(ciphertext)).toString("utf8")];
    });
    expect(Object.fromEntries(values)).toEqual({ email: "bob@example.com", note: "" });
  });

  it("has one form", async () => {
    for (const query of ["?form=plain", "?form=envelope&form=envelope", "?form="]) {
      const answer = await plane.call("GET", `${recordPath("acme", "customers", "exported")}${query}`, {
        token: acme.token,
      });
      expect(answer.body.error?.code).toBe("INVALID_INPUT");
    }
  });
});

describe("two tenants", () => {
  it("may use the same names and see their own records alone", async () => {
    await put("shared", { who: "acme" });
    await put("shared", { who: "other" }, other);
    expect((await get("shared")).body.fields).toEqual({ who: "acme" });
    expect((await get("shared", other)).body.fields).toEqual({ who: "other" });
    await put("mine", { who: "acme" });
    expect((await get("mine", other)).status).toBe(404);
  });

  it("cannot be told from tenants that are not there", async () => {
    await put("here", { a: "1" });
    const without = (answer: { text: string; body: { error?: { request_id: string } } }) =>
      answer.text.replace(answer.body.error?.request_id ?? "?", "");
    const as = (method: string, path: string, token: string) =>
      plane.call(method, path, { token, ...(method === "GET" ? {} : { body: { fields: {}, records: [] } }) });
    const missing = await as("GET", recordPath("nobody", "customers", "here"), other.token);
    for (const answer of [
      await as("GET", recordPath("acme", "customers", "here"), other.token),
      await as("GET", recordPath("acme", "customers", "not-here"), other.token),
      await as("PUT", recordPath("acme", "customers", "here"), other.token),
      await as("DELETE", recordPath("acme", "customers", "here"), other.token),
      await as("POST", "/v1/tenants/acme/records", other.token),
      await as("GET", `${recordPath("acme", "customers", "here")}?form=envelope`, other.token),
    ]) {
      expect(answer.status).toBe(404);
      expect(without(answer)).toBe(without(missing));
    }
    expect((await get("here")).body.fields).toEqual({ a: "1" });
  });

  it("cannot put one's bytes where the other reads them", async () => {
    await put("victim", { iban: "acme" });
    await put("victim", { iban: "other" }, other);
    const row = async (tenantId: string) =>
      (await plane.t.superuser`SELECT id FROM record WHERE record = 'victim' AND tenant_id = ${tenantId}`)[0]
        ?.id;
    const [from, to] = [await row(acme.tenantId), await row(other.tenantId)];
    await plane.t.superuser`
      UPDATE record_field SET ciphertext = (SELECT ciphertext FROM record_field WHERE record_id = ${from})
      WHERE record_id = ${to}`;
    await plane.t.superuser`
      UPDATE dek SET wrapped_dek = (SELECT wrapped_dek FROM dek WHERE record_id = ${from}) WHERE record_id = ${to}`;
    expect((await get("victim", other)).body.error?.code).toBe("DECRYPT_FAILED");
  });
});
