import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call, TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
const RECORDS = "/v1/tenants/acme/records";

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
});
afterAll(() => plane.close());

const put = (path: string, call: Call) => plane.call("PUT", path, { token: acme.token, ...call });
const stored = async () =>
  (await plane.t.superuser<{ n: number }[]>`SELECT count(*)::int AS n FROM record`)[0]?.n;

describe("what cannot be read", () => {
  const good = recordPath("acme", "c", "r");
  const json = (value: unknown) => ({ raw: JSON.stringify(value) });
  const cases: [string, string, Call][] = [
    ["malformed JSON", good, { raw: '{"fields": {"a": "secret-in-body"' }],
    ["no body", good, {}],
    ["an empty body", good, { raw: "" }],
    ["null", good, { raw: "null" }],
    ["a list", good, json([])],
    ["fields that are a list", good, json({ fields: [] })],
    ["fields that are null", good, json({ fields: null })],
    ["fields of a prototype", good, { raw: '{"__proto__": {"fields": {"a": "1"}}}' }],
    ["a number as value", good, json({ fields: { a: 1 } })],
    ["a null as value", good, json({ fields: { a: null } })],
    ["an empty name", good, json({ fields: { "": "1" } })],
    ["a name too long", good, json({ fields: { ["é".repeat(101)]: "1" } })],
    ["a name with U+0000", good, json({ fields: { "a\u0000": "1" } })],
    ["half a surrogate pair in a name", good, { raw: '{"fields": {"\\ud800": "1"}}' }],
    ["half a surrogate pair in a value", good, { raw: '{"fields": {"a": "x\\udc00"}}' }],
    [
      "bytes that are not UTF-8",
      good,
      { raw: Buffer.concat([Buffer.from('{"fields":{"a":"'), Buffer.of(0xff), Buffer.from('"}}')]) },
    ],
    ["another content type", good, { raw: "fields=a", headers: { "content-type": "text/plain" } }],
    ["a collection too long", recordPath("acme", "x".repeat(201), "r"), json({ fields: {} })],
    ["a record too long", recordPath("acme", "c", "é".repeat(101)), json({ fields: {} })],
    ["an id with U+0000", `${RECORDS}/c/a%00b`, json({ fields: {} })],
    ["an empty id", `${RECORDS}/c/`, json({ fields: {} })],
    ["a broken percent code", `${RECORDS}/c/%E0%A4%A`, json({ fields: {} })],
    ["an encoded surrogate", `${RECORDS}/c/%ED%A0%80`, json({ fields: {} })],
  ];
  it.each(cases)("%s is INVALID_INPUT, and nothing is written", async (_what, path, call) => {
    const answer = await put(path, call);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      code: "INVALID_INPUT",
      request_id: answer.headers["x-request-id"],
    });
    expect(answer.text).not.toContain("secret-in-body");
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(await stored()).toBe(0);
  });

  it("a body over 24 MiB is TOO_LARGE, told or not how long it is", async () => {
    const raw = JSON.stringify({ fields: { a: "x".repeat(24 * 1024 * 1024) } });
    expect(await put(good, { raw })).toMatchObject({ status: 413, body: { error: { code: "TOO_LARGE" } } });
    const { port } = plane.app.server.address() as { port: number };
    const chunked = await fetch(`http://127.0.0.1:${port}${good}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${acme.token}`, "content-type": "application/json" },
      body: new Blob([raw]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect(await chunked.json()).toMatchObject({ error: { code: "TOO_LARGE" } });
    expect(await stored()).toBe(0);
  });

  it.each([
    ["GET", "/"],
    ["GET", "/v1/tenants/acme"],
    ["PATCH", good],
    ["GET", RECORDS],
    ["OPTIONS", good],
    ["POST", "/healthz"],
  ])("%s %s is not there", async (method, path) => {
    const answer = await plane.call(method, path, { token: acme.token });
    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("/docs"),
      request_id: answer.headers["x-request-id"],
    });
  });

  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect((plane.app.server.address() as { port: number }).port, "127.0.0.1");
      let answer = "";
      socket
        .on("data", (data) => (answer += data))
        .on("end", () => resolve(answer))
        .on("error", reject);
      socket.write(text, "latin1");
    });

  it("what is not HTTP, or too much of it, is answered in the same form", async () => {
    expect(await raw("NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1.1 400 [^]*"code":"INVALID_INPUT"[^]*"req_/);
    expect(await raw(`GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413 [^]*"code":"TOO_LARGE"/,
    );
  });

  it("a path of bytes that are not ASCII is refused", async () => {
    const head = `authorization: Bearer ${acme.token}\r\nhost: x\r\nconnection: close\r\n`;
    expect(await raw(`DELETE ${RECORDS}/c/\u00c3\u00a9 HTTP/1.1\r\n${head}\r\n`)).toMatch(
      /^HTTP\/1.1 400 [^]*"code":"INVALID_INPUT"/,
    );
  });
});

describe("a batch", () => {
  const batch = (records: unknown) => plane.call("POST", RECORDS, { token: acme.token, body: { records } });

  it("answers each item in its place; a bad one fails alone", async () => {
    const raw = `{"records": [
      {"collection": "b", "record": "1", "fields": {"a": "one"}},
      {"collection": "b", "record": "", "fields": {"a": "x"}},
      {"collection": "b", "record": "2", "fields": {"a": "\\ud800"}},
      "nonsense",
      {"collection": "b2", "record": "1", "fields": {}},
      {"collection": "b", "record": "1", "fields": {"a": "last"}},
      {"collection": "b", "record": "3", "fields": {"a": 3}}
    ]}`;
    const answer = await plane.call("POST", RECORDS, { token: acme.token, raw });
    expect(answer.status).toBe(200);
    expect(answer.body.results?.map((result) => result.status ?? result.error?.code)).toEqual([
      201,
      "INVALID_INPUT",
      "INVALID_INPUT",
      "INVALID_INPUT",
      201,
      200,
      "INVALID_INPUT",
    ]);
    expect(answer.body.results?.map((result) => result.ok)).toEqual([
      true,
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
    const read = await plane.call("GET", recordPath("acme", "b", "1"), { token: acme.token });
    expect(read.body.fields).toEqual({ a: "last" });
    expect(await stored()).toBe(2);
  });

  it("of one field that is too large refuses that item alone", async () => {
    const answer = await batch([
      { collection: "b", record: "large", fields: { a: "x".repeat(16 * 1024 * 1024 + 1) } },
      { collection: "b", record: "small", fields: { a: "x" } },
    ]);
    expect(answer.body.results).toMatchObject([{ ok: false, error: { code: "TOO_LARGE" } }, { ok: true }]);
  });

  it("holds a thousand records, in the order asked, and not one more", async () => {
    const records = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        collection: "bulk",
        record: `${(i * 7) % n}`,
        fields: { i: `${i}` },
      }));
    const first = await batch(records(1000));
    expect(first.body.results?.every((result) => result.status === 201)).toBe(true);
    const again = await batch(records(1000));
    expect(again.body.results?.every((result) => result.status === 200)).toBe(true);
    const read = await plane.call("GET", recordPath("acme", "bulk", "7"), { token: acme.token });
    expect(read.body.fields).toEqual({ i: "1" });
    expect(await batch(records(1001))).toMatchObject({ status: 413, body: { error: { code: "TOO_LARGE" } } });
  });

  it("may be empty, and is a list", async () => {
    expect((await batch([])).body).toEqual({ results: [] });
    for (const records of [undefined, null, {}, "x"])
      expect((await batch(records)).body.error?.code).toBe("INVALID_INPUT");
  });
});
