import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOperations } from "#keeper/operations/start.ts";
import * as schemas from "#keeper/server/schemas.ts";
import { mintTestOperatorToken, mintTestToken, rotate } from "#keeper/testing/test-keeper.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane({ backupSeconds: 0 });
  acme = await plane.tenant("acme");
});
afterAll(() => plane.close());

type Operation = { security: unknown[]; responses: Record<string, { headers?: Record<string, unknown> }> };
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };
const text = async (path: string) => {
  const { port } = plane.app.server.address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, headers: response.headers, body: await response.text() };
};

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 and names every path that there is, with the token it needs", async () => {
    const document = (await plane.call("GET", "/openapi.json")).body as unknown as Document;
    expect(document.openapi).toBe("3.1.0");
    const named = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => `${method} ${path} ${security.length}`),
    );
    const record = "/v1/tenants/{tenant}/records/{collection}/{record}";
    expect(named.toSorted()).toEqual([
      `delete ${record} 1`,
      "get /health/crypto 0",
      "get /v1/admin/crypto/re-encrypt 1",
      "get /v1/admin/crypto/retire 1",
      "get /v1/tenants/{tenant}/attest 1",
      `get ${record} 1`,
      "post /v1/admin/crypto/re-encrypt 1",
      "post /v1/admin/crypto/retire 1",
      "post /v1/tenants/{tenant}/attest 1",
      "post /v1/tenants/{tenant}/decrypt 1",
      "post /v1/tenants/{tenant}/encrypt 1",
      "post /v1/tenants/{tenant}/records 1",
      "post /v1/tenants/{tenant}/rewrap 1",
      `put ${record} 1`,
    ]);
  });

  it("says of every path that needs a token that it may be answered with 429, and when to try again", async () => {
    const document = (await plane.call("GET", "/openapi.json")).body as unknown as Document;
    for (const { security, responses } of Object.values(document.paths).flatMap(Object.values))
      expect(Object.keys(responses[429]?.headers ?? {})).toEqual(security.length > 0 ? ["Retry-After"] : []);
  });

  it("says what is really answered", async () => {
    const admin = (await mintTestToken(plane.t, plane.keeper, "acme", ["crypto:admin"])).token;
    const as = async (method: string, path: string, body?: unknown, token = acme.token) =>
      (await plane.call(method, path, { token, ...(body === undefined ? {} : { body }) })).body;
    const path = recordPath("acme", "c", "1");
    const items = [{ collection: "c", record: "1", context: { rev: "1" }, fields: { a: "QQ==" } }, {}];
    schemas.RecordWritten.parse(await as("PUT", path, { fields: { a: "1" } }));
    schemas.RecordValues.parse(await as("GET", path));
    schemas.RecordEnvelopes.parse(await as("GET", `${path}?form=envelope`));
    const records = [{ collection: "c", record: "2", fields: {} }, null];
    schemas.RecordsWritten.parse(await as("POST", "/v1/tenants/acme/records", { records }));
    const made = schemas.EncryptAnswer.parse(await as("POST", "/v1/tenants/acme/encrypt", { items }));
    const [first] = made.results;
    expect(first?.ok && made.results[1]?.ok === false).toBe(true);
    await rotate(plane.t, plane.keeper, "acme");
    const given = [{ ...items[0], ...first }, {}];
    schemas.DecryptBody.parse({ items: [given[0]] });
    const opened = await as("POST", "/v1/tenants/acme/decrypt", { items: given });
    expect(schemas.DecryptAnswer.parse(opened).results.map(({ ok }) => ok)).toEqual([true, false]);
    const attest = "/v1/tenants/acme/attest";
    const outside = await as("GET", `${attest}?version=1`, undefined, admin);
    const { issued } = schemas.AttestStanding.parse(outside);
    const said = schemas.AttestBody.parse({ version: 1, issued });
    schemas.AttestAnswer.parse(await as("POST", attest, said, admin));
    const moved = await as("POST", "/v1/tenants/acme/rewrap", { items: given });
    expect(schemas.RewrapAnswer.parse(moved).results.map(({ ok }) => ok)).toEqual([true, false]);
    const jobs = "/v1/admin/crypto/re-encrypt";
    schemas.JobsAnswer.parse(await as("POST", jobs, { tenant: "acme" }, admin));
    schemas.JobsAnswer.parse(await as("GET", `${jobs}?tenant=acme`, undefined, admin));
    schemas.ErrorAnswer.parse(await as("POST", jobs, { tenant: 7 }, admin));
    const retiring = "/v1/admin/crypto/retire";
    const operator = (await mintTestOperatorToken(plane.t, plane.keeper, ["keys:retire"])).token;
    const holds = await as("GET", `${retiring}?tenant=acme&version=1`, undefined, operator);
    expect(schemas.RetireStanding.parse(holds).holds.length).toBeGreaterThan(0);
    const retired = schemas.RetireBody.parse({ tenant: "acme", version: 1 });
    const operations = startOperations(plane.keeper);
    schemas.ErrorAnswer.parse(await as("POST", retiring, retired, operator));
    await plane.tenant("unused");
    await rotate(plane.t, plane.keeper, "unused");
    schemas.RetireAnswer.parse(await as("POST", retiring, { ...retired, tenant: "unused" }, operator));
    await operations.close();
    schemas.ErrorAnswer.parse(await as("GET", path, undefined, "nobody"));
    schemas.CryptoHealthAnswer.parse(await as("GET", "/health/crypto"));
  });
});

describe("/docs", () => {
  it("is one page that loads and runs nothing", async () => {
    const { status, headers, body } = await text("/docs");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^;]+';/);
    expect(body).not.toMatch(/<script|src=|@import|https?:\/\//);
    expect(body).toContain("POST /v1/tenants/{tenant}/encrypt");
  });
});

describe("/metrics", () => {
  it("counts requests by route and code, lookups, KMS calls; and names nobody", async () => {
    await plane.call("GET", recordPath("acme", "secret-collection", "x"), { token: acme.token });
    const { body } = await text("/metrics");
    for (const line of [
      /^keyfold_http_request_duration_seconds_count\{method="GET",route="\/v1\/tenants\/:tenant\/records\/:collection\/:record",code="404"\} \d+$/m,
      /^keyfold_kek_cache_lookups_total\{result="hit"\} [1-9]/m,
      /^keyfold_kek_cache_lookups_total\{result="miss"\} [1-9]/m,
      /^keyfold_kms_calls_total\{provider="local",operation="unwrap",outcome="ok"\} [1-9]/m,
      /^keyfold_audit_unsequenced_events \d/m,
      /^keyfold_audit_sequencer_lag_seconds \d/m,
      /^nodejs_eventloop_lag_p99_seconds /m,
      /^# TYPE keyfold_rewrap_deks_total counter$/m,
    ])
      expect(body).toMatch(line);
    for (const name of ["acme", "secret-collection", acme.tenantId, acme.tokenId, acme.keyId])
      expect(body).not.toContain(name);
  });
});
