import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliContext, mintTestToken, rotate, settle } from "#keeper/testing/test-keeper.ts";
import { decodeBase64 } from "#lib/crypto/base64.ts";
import { decryptField } from "#lib/crypto/envelope.ts";
import { parseWrappedDek, unwrapDek } from "#lib/crypto/wrapped-dek.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { createApp } from "#keeper/server/create-app.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  other = await plane.tenant("other");
});
afterAll(() => plane.close());

type Result = {
  ok: boolean;
  error: { code: string; message: string };
  wrapped_dek: string;
  key_id: string;
  key_version: number;
  kms_key_id: string;
  changed: boolean;
  fields: Record<string, string>;
};
const b64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
const call = async (verb: string, items: unknown, as = acme) => {
  const answer = await plane.call("POST", `/v1/tenants/${as.slug}/${verb}`, {
    token: as.token,
    body: { items },
  });
  return { ...answer, results: (answer.body.results ?? []) as unknown as Result[] };
};
const item = (record: string, value = "secret", more: object = {}) => ({
  collection: "c",
  record,
  fields: { a: b64(value) },
  ...more,
});
const encryptOne = async (given: object = item("1"), as = acme) => {
  const { results } = await call("encrypt", [given], as);
  if (!results[0]?.ok) throw new Error(JSON.stringify(results[0]));
  return results[0];
};
const issued = async (as = acme) => {
  const rows = await plane.t.superuser<{ number: number; issued: string }[]>`
    SELECT v.number, v.issued FROM key_version v JOIN key k ON k.id = v.key_id
    WHERE v.tenant_id = ${as.tenantId} AND k.name = 'default' ORDER BY v.number`;
  return rows.map((row) => Number(row.issued));
};

describe("encrypt", () => {
  it("answers what the formats alone open, with a DEK for each item", async () => {
    const { status, results } = await call("encrypt", [
      item("1", "ä\u0000", { context: { rev: "7" } }),
      item("1", ""),
    ]);
    expect(status).toBe(200);
    expect(results.map((result) => Object.keys(result))).toEqual([
      ["ok", "key_id", "key_version", "kms_key_id", "wrapped_dek", "fields"],
      ["ok", "key_id", "key_version", "kms_key_id", "wrapped_dek", "fields"],
    ]);
    expect(results[0]).toMatchObject({
      key_id: acme.keyId,
      key_version: 1,
      kms_key_id: `local:${plane.keeper.platform.id}`,
    });
    const { kek } = await plane.keeper.keks.forUnwrap(acme.tenantId, acme.keyId, 1, "req_t");
    const open = (result: Result | undefined, further: object) => {
      const dek = unwrapDek(kek, decodeBase64(result?.wrapped_dek ?? ""), {
        purpose: "default",
        tenant: acme.tenantId,
      });
      const context = { tenant: acme.tenantId, collection: "c", record: "1", field: "a", ...further };
      return decryptField(dek, context, decodeBase64(result?.fields.a ?? "")).toString("utf8");
    };
    expect(open(results[0], { rev: "7" })).toBe("ä\u0000");
    expect(() => open(results[0], {})).toThrow();
    expect(open(results[1], {})).toBe("");
    const dekIds = results.map(({ wrapped_dek }) => parseWrappedDek(decodeBase64(wrapped_dek)).dekId);
    expect(new Set(dekIds).size).toBe(2);
    const [stored] = await plane.t.superuser`SELECT count(*)::int AS n FROM record`;
    expect(stored?.n).toBe(0);
  });

  it("takes a field of any name, also one that objects have of their own", async () => {
    const fields = JSON.parse(`{"__proto__":"${b64("1")}","constructor":"${b64("2")}","7":"${b64("3")}"}`);
    const { results } = await call("encrypt", [{ ...item("1"), fields }]);
    const back = { collection: "c", record: "1", ...results[0] };
    expect(Object.keys(back.fields ?? {}).sort()).toEqual(["7", "__proto__", "constructor"]);
    expect((await call("decrypt", [back])).results[0]?.fields).toEqual(fields);
  });

  it("lets one bad item among a thousand stop no other", async () => {
    const items: unknown[] = Array.from({ length: 1_000 }, (_, n) => item(`b${n}`, `${n}`));
    items[500] = { ...item("b500"), fields: { a: "not base64!" } };
    const before = (await issued())[0] ?? 0;
    const { status, results } = await call("encrypt", items);
    expect(status).toBe(200);
    expect(results.filter(({ ok }) => ok)).toHaveLength(999);
    expect(results[500]).toEqual({
      ok: false,
      error: { code: "INVALID_INPUT", message: expect.stringContaining("base64") },
    });
    expect((await issued())[0]).toBe(before + 999);

    const back = results.map(({ wrapped_dek, fields }, n) => ({
      collection: "c",
      record: `b${n}`,
      wrapped_dek,
      fields,
    }));
    const opened = await call("decrypt", back);
    expect(opened.results.filter(({ ok }) => ok)).toHaveLength(999);
    expect(opened.results[999]).toEqual({ ok: true, fields: { a: b64("999") } });
    expect(opened.results[500]?.error.code).toBe("INVALID_INPUT");
  }, 30_000);

  it("tells each bad item what is wrong with it", async () => {
    const cases: [unknown, string][] = [
      [null, "INVALID_INPUT"],
      [[], "INVALID_INPUT"],
      [{}, "INVALID_INPUT"],
      [{ record: "r", fields: {} }, "INVALID_INPUT"],
      [{ collection: "", record: "r", fields: {} }, "INVALID_INPUT"],
      [{ collection: "c", record: "r" }, "INVALID_INPUT"],
      [item("r", "x", { fields: { a: 1 } }), "INVALID_INPUT"],
      [item("r", "x", { fields: { a: "QQ" } }), "INVALID_INPUT"],
      [item("r", "x", { fields: { a: "QR==" } }), "INVALID_INPUT"],
      [item("r", "x", { context: [] }), "INVALID_INPUT"],
      [item("r", "x", { context: { tenant: other.tenantId } }), "INVALID_INPUT"],
      [item("r", "x", { context: { field: "b" } }), "INVALID_INPUT"],
      [item("r", "x", { context: { rev: 7 } }), "INVALID_INPUT"],
      [item("r", "x", { context: { ["n".repeat(65)]: "1" } }), "INVALID_INPUT"],
      [item("r", "x", { context: { rev: "v".repeat(1_025) } }), "INVALID_INPUT"],
      [
        item("r", "x", { context: Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`p${n}`, "1"])) }),
        "INVALID_INPUT",
      ],
      [item("r", "x", { key: "No Slug" }), "INVALID_INPUT"],
      [item("r", "x", { key: "not-there" }), "KEY_MISSING"],
    ];
    const { status, results } = await call("encrypt", [...cases.map(([given]) => given), item("good")]);
    expect(status).toBe(200);
    expect(results.slice(0, -1).map(({ error }) => error?.code)).toEqual(cases.map(([, code]) => code));
    expect(results.at(-1)?.ok).toBe(true);
  });

  it("refuses a body that is no batch, and one of more than a thousand", async () => {
    const post = (body: unknown) =>
      plane.call("POST", "/v1/tenants/acme/encrypt", { token: acme.token, body });
    for (const body of [[], {}, { items: {} }, { items: null }, null])
      expect(await post(body)).toMatchObject({ status: 400, body: { error: { code: "INVALID_INPUT" } } });
    expect(await post({ items: Array.from({ length: 1_001 }, () => item("r")) })).toMatchObject({
      status: 413,
      body: { error: { code: "TOO_LARGE" } },
    });
    expect((await post({ items: [] })).body).toEqual({ results: [] });
  });
});

describe("decrypt", () => {
  it("opens under the place it was bound to and under no other", async () => {
    const { wrapped_dek, fields } = await encryptOne(item("1", "x", { context: { rev: "1" } }));
    const good = { collection: "c", record: "1", context: { rev: "1" }, wrapped_dek, fields };
    const { results } = await call("decrypt", [
      good,
      { ...good, record: "2" },
      { ...good, collection: "d" },
      { ...good, context: {} },
      { ...good, fields: { b: fields.a } },
    ]);
    expect(results[0]).toEqual({ ok: true, fields: { a: b64("x") } });
    for (const result of results.slice(1))
      expect(result).toEqual({
        ok: false,
        error: { code: "DECRYPT_FAILED", message: "The value could not be decrypted." },
      });
  });

  it("tells what is no envelope from what does not open", async () => {
    const { wrapped_dek, fields } = await encryptOne();
    const change = (text: string, at: number, bits: number) => {
      const bytes = Buffer.from(text, "base64");
      bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at);
      return bytes.toString("base64");
    };
    const good = { collection: "c", record: "1", wrapped_dek, fields };
    const { results } = await call("decrypt", [
      { ...good, wrapped_dek: "AAAA" },
      { ...good, wrapped_dek: "?" },
      { ...good, wrapped_dek: change(wrapped_dek, 3, 8) },
      { ...good, fields: { a: change(fields.a ?? "", 4, 9) } },
      { ...good, fields: { a: "" } },
      { ...good, wrapped_dek: change(wrapped_dek, 100, 1) },
      { ...good, wrapped_dek: change(wrapped_dek, 37, 0xff) },
      { ...good, wrapped_dek: change(wrapped_dek, 22, 0xff) },
      { ...good, wrapped_dek: undefined },
    ]);
    const codes = results.map(({ error }) => error?.code);
    expect(codes).toEqual([
      "ENVELOPE_MALFORMED",
      "ENVELOPE_MALFORMED",
      "ENVELOPE_UNSUPPORTED",
      "ENVELOPE_UNSUPPORTED",
      "ENVELOPE_MALFORMED",
      "DECRYPT_FAILED",
      "DECRYPT_FAILED",
      "DECRYPT_FAILED",
      "INVALID_INPUT",
    ]);
  });

  it("reports what did not open as one event of the request, with its count", async () => {
    const { wrapped_dek, fields } = await encryptOne();
    const before = (await plane.events("crypto.decrypt_failed")).length;
    const wrong = { collection: "c", record: "elsewhere", wrapped_dek, fields };
    await call("decrypt", [wrong, wrong, wrong]);
    const events = (await plane.events("crypto.decrypt_failed")).slice(before);
    expect(events).toEqual([
      {
        tenant: acme.tenantId,
        actor: `token:${acme.tokenId}`,
        detail: { reason: "payload_tag", count: 3, collection: "c" },
      },
    ]);
  });
});

describe("rewrap", () => {
  it("moves to the current version, and the counts of what is out with it", async () => {
    const tenant = await plane.tenant("mover");
    const made = await call(
      "encrypt",
      ["1", "2", "3"].map((record) => item(record)),
      tenant,
    );
    expect(await issued(tenant)).toEqual([3]);
    await rotate(plane.t, plane.keeper, "mover");
    const wraps = made.results.map(({ wrapped_dek }) => ({ wrapped_dek }));
    const moved = await call("rewrap", wraps.slice(0, 2), tenant);
    expect(moved.results.map(({ key_version, changed }) => [key_version, changed])).toEqual([
      [2, true],
      [2, true],
    ]);
    expect(Object.keys(moved.results[0] ?? {})).toEqual(["ok", "wrapped_dek", "key_version", "changed"]);
    expect(await issued(tenant)).toEqual([1, 2]);

    const again = await call("rewrap", [{ wrapped_dek: moved.results[0]?.wrapped_dek }], tenant);
    expect(again.results[0]).toEqual({
      ok: true,
      wrapped_dek: moved.results[0]?.wrapped_dek,
      key_version: 2,
      changed: false,
    });
    expect(await issued(tenant)).toEqual([1, 2]);

    const opened = await call(
      "decrypt",
      [
        {
          collection: "c",
          record: "1",
          wrapped_dek: moved.results[0]?.wrapped_dek,
          fields: made.results[0]?.fields,
        },
      ],
      tenant,
    );
    expect(opened.results[0]).toEqual({ ok: true, fields: { a: b64("secret") } });
  });

  it("takes a DEK that comes twice off once, never below zero, and counts each wrap that leaves", async () => {
    const tenant = await plane.tenant("twice");
    const { wrapped_dek } = await encryptOne(item("1"), tenant);
    await rotate(plane.t, plane.keeper, "twice");
    const { results } = await call("rewrap", [{ wrapped_dek }, { wrapped_dek }], tenant);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await issued(tenant)).toEqual([0, 2]);
    await call("rewrap", [{ wrapped_dek }], tenant);
    expect(await issued(tenant)).toEqual([0, 3]);
  });

  it("refuses what is under a compromised version: the same DEK would stay compromised", async () => {
    const tenant = await plane.tenant("leaked");
    const { wrapped_dek, fields } = await encryptOne(item("1"), tenant);
    const asked = await compromiseVersion(cliContext(plane.t), {
      tenant: "leaked",
      key: "default",
      version: 1,
      reason: "found in a log that left the house",
    });
    expect((await settle(plane.t, plane.keeper, asked)).state).toBe("done");
    const given = [{ collection: "c", record: "1", wrapped_dek, fields }];
    expect((await call("rewrap", given, tenant)).results[0]?.error.code).toBe("INVALID_STATE");
    expect((await call("decrypt", given, tenant)).results[0]).toEqual({
      ok: true,
      fields: { a: b64("secret") },
    });
    expect(await issued(tenant)).toEqual([1, 0]);
  });

  it("refuses what is damaged, also under the current version, and moves the rest", async () => {
    const { wrapped_dek } = await encryptOne();
    const bytes = Buffer.from(wrapped_dek, "base64");
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    const { results } = await call("rewrap", [
      { wrapped_dek: bytes.toString("base64") },
      { wrapped_dek: "!" },
      { wrapped_dek },
      {},
    ]);
    expect(results.map(({ ok, error }) => (ok ? "ok" : error.code))).toEqual([
      "DECRYPT_FAILED",
      "ENVELOPE_MALFORMED",
      "ok",
      "INVALID_INPUT",
    ]);
  });
});

describe("who may", () => {
  it("needs the scope crypto:use, and the tenant's own token", async () => {
    const { token } = await mintTestToken(plane.t, plane.keeper, "acme", ["records:read", "records:write"]);
    for (const verb of ["encrypt", "decrypt", "rewrap"]) {
      const post = (as?: string) =>
        plane.call("POST", `/v1/tenants/acme/${verb}`, {
          ...(as === undefined ? {} : { token: as }),
          body: { items: [] },
        });
      expect((await post()).status).toBe(401);
      expect(await post(token)).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } });
      expect(await post(other.token)).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    }
  });

  it("cannot open or rewrap what is another tenant's", async () => {
    const { wrapped_dek, fields } = await encryptOne();
    const given = { collection: "c", record: "1", wrapped_dek, fields };
    expect((await call("decrypt", [given], other)).results[0]?.error.code).toBe("DECRYPT_FAILED");
    expect((await call("rewrap", [given], other)).results[0]?.error.code).toBe("DECRYPT_FAILED");
  });

  it("is refused by a suspended key, item by item", async () => {
    const tenant = await plane.tenant("paused");
    const { wrapped_dek, fields } = await encryptOne(item("1"), tenant);
    await plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE key SET status = 'suspended' WHERE id = ${tenant.keyId}`;
    });
    const given = { collection: "c", record: "1", wrapped_dek, fields };
    for (const [verb, one] of [
      // Its KEK is in the cache still: the fence alone refuses it.
      ["encrypt", item("2")],
      ["decrypt", given],
      ["rewrap", given],
    ] as const)
      expect((await call(verb, [one], tenant)).results[0]?.error.code, verb).toBe("KEY_SUSPENDED");
    expect(await issued(tenant)).toEqual([1]);
  });
});

describe("the counts and the log", () => {
  it("are exact under rotations and many requests at once", async () => {
    const tenant = await plane.tenant("busy");
    let rotating = true;
    const traffic = Array.from({ length: 6 }, async () => {
      let made = 0;
      while (rotating || made < 20) {
        const { results } = await call("encrypt", [item("1"), item("2")], tenant);
        expect(results.map(({ ok, error }) => (ok ? "ok" : error))).toEqual(["ok", "ok"]);
        const moved = await call("rewrap", results, tenant);
        expect(moved.results.map(({ ok, error }) => (ok ? "ok" : error))).toEqual(["ok", "ok"]);
        made += 2;
      }
      return made;
    });
    for (let n = 0; n < 3; n += 1) await rotate(plane.t, plane.keeper, "busy");
    rotating = false;
    const made = (await Promise.all(traffic)).reduce((sum, n) => sum + n, 0);
    const out = await issued(tenant);
    expect(out.reduce((sum, n) => sum + n, 0)).toBe(made);
  }, 30_000);

  it("hold nothing that was not made: of a thread that failed, and of what was mistyped", async () => {
    const tenant = await plane.tenant("unmade");
    const app = createApp({
      ...plane,
      crypto: { ...plane.crypto, encrypt: () => Promise.reject(new Error("a thread died")) },
    });
    const answer = await app.inject({
      method: "POST",
      url: "/v1/tenants/unmade/encrypt",
      headers: { authorization: `Bearer ${tenant.token}` },
      payload: { items: [item("1")] },
    });
    await app.close();
    expect(answer.json()).toMatchObject({ error: { code: "INTERNAL" } });
    expect(await issued(tenant)).toEqual([0]);
    const { results } = await call("encrypt", [item("1"), item("2", "", { fields: { a: "QR==" } })], tenant);
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await issued(tenant)).toEqual([1]);
  });

  it("open a window before the answer, of verb, collection and version", async () => {
    const tenant = await plane.tenant("logged");
    const made = await call("encrypt", [item("1"), item("2"), { ...item("3"), collection: "d" }], tenant);
    await rotate(plane.t, plane.keeper, "logged");
    await call("rewrap", made.results, tenant);
    await call(
      "decrypt",
      made.results.map(({ wrapped_dek, fields }) => ({ collection: "c", record: "1", wrapped_dek, fields })),
      tenant,
    );
    await plane.access.close();
    const rows = await plane.t.superuser<
      { verb: string; collection: string; v: number; count: number; failed: number }[]
    >`
      SELECT verb, collection, key_version AS v, count::int, failed::int FROM access_window
      WHERE token_id = ${tenant.tokenId} AND count > 0 ORDER BY verb, collection`;
    expect(
      rows.map(({ verb, collection, v, count, failed }) => [verb, collection, v, count, failed]),
    ).toEqual([
      ["decrypt", "c", 1, 3, 2],
      ["encrypt", "c", 1, 2, 0],
      ["encrypt", "d", 1, 1, 0],
      ["rewrap", "", 1, 3, 0],
    ]);
  });
});
