import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeAccessWindows } from "#keeper/sequencer/access-windows.ts";
import { settleLog, verify } from "#keeper/sequencer/test/log-helpers.ts";
import { cliContext, settle } from "#keeper/testing/test-keeper.ts";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Mutation } from "#lib/services/define-mutation.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";
import { resumeKey } from "#lib/services/keys/resume-key.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";
import { recentDenials } from "#lib/services/overview/recent-denials.ts";
import { setAccessLog } from "#lib/services/tenants/set-access-log.ts";
import { setCompromisedReads } from "#lib/services/tenants/set-compromised-reads.ts";
import type { Answer, TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let owner: ServiceContext;
beforeAll(async () => {
  plane = await createTestPlane();
  owner = { ...cliContext(plane.t), db: plane.t.console, source: "console" };
});
afterAll(() => plane.close());

const ask = async (mutation: Mutation<unknown>, { slug }: TestTenant, input: object = {}) =>
  settle(
    plane.t,
    plane.keeper,
    await mutation(cliContext(plane.t), { tenant: slug, key: "default", ...input }),
  );
const at = ({ slug }: TestTenant, record: string) => recordPath(slug, "c", record);
const put = (tenant: TestTenant, record: string) =>
  plane.call("PUT", at(tenant, record), { token: tenant.token, body: { fields: { a: record } } });
const get = (tenant: TestTenant, record: string, form = "") =>
  plane.call("GET", `${at(tenant, record)}${form}`, { token: tenant.token });
const bulk = ({ slug, token }: TestTenant, verb: string, items: unknown[]) =>
  plane.call("POST", `/v1/tenants/${slug}/${verb}`, { token, body: { items } });

type Told = { outcome: string; req: string; target: { id: string }; detail: Record<string, unknown> };
/** Ends all windows and returns what the log says of a tenant's. */
const told = async ({ tenantId }: TestTenant): Promise<Told[]> => {
  await plane.access.close();
  await closeAccessWindows(plane.keeper);
  const rows = await plane.t.superuser<{ entry: Buffer }[]>`
    SELECT entry FROM audit_event WHERE action = 'data.access' AND tenant_id = ${tenantId} ORDER BY ordinal`;
  return rows.map(({ entry }) => JSON.parse(entry.toString("utf8")));
};
const brief = ({ outcome, detail: { verb, key_version, count, failed, codes } }: Told) =>
  [outcome, verb, key_version, count, failed, ...(codes ? [codes] : [])] as const;
const suspended = (count: number) => [{ code: "KEY_SUSPENDED", count }];

describe("what a suspended key refused", () => {
  it("is told apart from what was answered, with its code, for each verb", async () => {
    const tenant = await plane.tenant("held");
    await put(tenant, "r");
    const item = { collection: "c", record: "r", fields: { a: "YQ==" } };
    const made = (await bulk(tenant, "encrypt", [item])).body.results?.[0];
    await get(tenant, "r");
    await ask(suspendKey, tenant);
    expect((await get(tenant, "r")).status).toBe(423);
    expect((await get(tenant, "r")).status).toBe(423);
    expect((await get(tenant, "r", "?form=envelope")).status).toBe(423);
    expect((await put(tenant, "s")).status).toBe(423);
    for (const [verb, given] of [
      ["encrypt", item],
      ["decrypt", { ...item, ...made }],
      ["rewrap", made],
    ] as const) {
      const { body } = await bulk(tenant, verb, [given, given]);
      expect(body.results?.map(({ error }) => error?.code)).toEqual(["KEY_SUSPENDED", "KEY_SUSPENDED"]);
    }
    expect((await told(tenant)).map(brief).sort()).toEqual([
      ["denied", "decrypt", 1, 2, 2, suspended(2)],
      ["denied", "encrypt", 0, 2, 2, suspended(2)],
      ["denied", "export", 1, 1, 1, suspended(1)],
      ["denied", "read", 1, 2, 2, suspended(2)],
      ["denied", "rewrap", 1, 2, 2, suspended(2)],
      ["denied", "write", 0, 1, 1, suspended(1)],
      ["ok", "encrypt", 1, 1, 0],
      ["ok", "read", 1, 1, 0],
      ["ok", "write", 1, 1, 0],
    ]);
  });

  it("is found by its outcome and its code, and stands among the denied", async () => {
    const tenant = await plane.tenant("found");
    await put(tenant, "r");
    await ask(suspendKey, tenant);
    await get(tenant, "r");
    await told(tenant);
    await settleLog(plane.keeper);
    for (const query of [{ outcome: "denied" }, { query: "outcome:denied KEY_SUSPENDED" }]) {
      const { events } = await searchEvents(owner, { tenant: tenant.slug, ...query });
      expect(events.map(({ action, outcome }) => [action, outcome])).toEqual([["data.access", "denied"]]);
    }
    const { count, events } = await recentDenials(owner, {});
    expect(count).toBeGreaterThan(0);
    expect(events).toContainEqual(
      expect.objectContaining({
        tenant: tenant.slug,
        action: "data.access",
        actor: { type: "token", id: tenant.tokenId },
      }),
    );
    expect((await verify(plane.t, plane.keeper.dataDir)).ok).toBe(true);
  });

  it("is an event of each request's own where the tenant has it so", async () => {
    const tenant = await plane.tenant("single");
    await setAccessLog(cliContext(plane.t), { tenant: tenant.slug, accessLog: "requests" });
    const answers: Answer[] = [await put(tenant, "r")];
    await ask(suspendKey, tenant);
    answers.push(await get(tenant, "r"), await put(tenant, "r"));
    await ask(resumeKey, tenant);
    answers.push(await get(tenant, "r"));
    const events = await told(tenant);
    const of = (answer: Answer) => events.filter(({ req }) => req === answer.headers["x-request-id"]);
    expect(answers.map((answer) => of(answer).map(brief))).toEqual([
      [["ok", "write", 1, 1, 0]],
      [["denied", "read", 1, 1, 1, suspended(1)]],
      [["denied", "write", 0, 1, 1, suspended(1)]],
      [["ok", "read", 1, 1, 0]],
    ]);
  });
});

describe("a window in which all sorts of things happened", () => {
  it("is told as one event for each outcome, with all counts", async () => {
    const tenant = await plane.tenant("mixed");
    for (const name of ["r", "broken"]) await put(tenant, name);
    await plane.t.superuser`UPDATE record_field SET ciphertext = set_byte(ciphertext, 90, 0) || '\\x00'
      WHERE record_id = (SELECT id FROM record WHERE record = 'broken')`;
    await get(tenant, "r");
    await get(tenant, "broken");
    await get(tenant, "broken");
    await ask(compromiseVersion, tenant, { version: 1, reason: "found in a log that left the house" });
    await setCompromisedReads(cliContext(plane.t), { tenant: tenant.slug, allowed: false });
    for (let n = 0; n < 3; n += 1) expect((await get(tenant, "r")).body.error?.code).toBe("INVALID_STATE");
    const reads = (await told(tenant)).filter(({ detail }) => detail.verb === "read");
    const counted = new Map<string, number>();
    for (const { outcome, detail } of reads)
      counted.set(outcome, (counted.get(outcome) ?? 0) + Number(detail.count));
    expect(Object.fromEntries(counted)).toEqual({ ok: 1, error: 2, denied: 3 });
    const codes = reads.flatMap(({ outcome, detail }) =>
      ((detail.codes ?? []) as { code: string }[]).map(({ code }) => `${outcome} ${code}`),
    );
    expect([...new Set(codes)].sort()).toEqual(["denied INVALID_STATE", "error DECRYPT_FAILED"]);
  });

  it("says nothing of a stranger's requests: another tenant's token, or none", async () => {
    const [tenant, other] = [await plane.tenant("mine"), await plane.tenant("theirs")];
    await put(tenant, "r");
    const before = (await told(tenant)).length;
    expect((await plane.call("GET", at(tenant, "r"))).status).toBe(401);
    expect((await plane.call("GET", at(tenant, "r"), { token: "kf_live_no" })).status).toBe(401);
    expect((await plane.call("GET", at(tenant, "r"), { token: other.token })).status).toBe(404);
    expect(await told(tenant)).toHaveLength(before);
    expect(await told(other)).toHaveLength(0);
  });
});
