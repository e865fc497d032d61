import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createAccessLog } from "#keeper/access/access-log.ts";
import { rotate } from "#keeper/testing/test-keeper.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
});
afterAll(() => plane.close());

type Row = {
  verb: string;
  collection: string;
  version: number;
  count: number;
  failed: number;
  ended: boolean;
};
const windows = () =>
  plane.t.superuser<Row[]>`
    SELECT verb, collection, key_version AS version, count::int, failed::int, ended_at IS NOT NULL AS ended
    FROM access_window WHERE token_id = ${acme.tokenId} ORDER BY started_at, verb, collection`;

describe("windows of data access", () => {
  it("are committed before the first answer, and hold exact counts when they end", async () => {
    const call = (method: string, path: string, body?: unknown) =>
      plane.call(method, path, { token: acme.token, body });
    const at = (record: string, collection = "c") => recordPath("acme", collection, record);
    await call("PUT", at("1"), { fields: { a: "1" } });
    expect(await windows()).toEqual([
      { verb: "write", collection: "c", version: 1, count: 0, failed: 0, ended: false },
    ]);
    await Promise.all(Array.from({ length: 25 }, () => call("GET", at("1"))));
    await call("GET", at("missing"));
    await call("GET", `${at("1")}?form=envelope`);
    const records = Array.from({ length: 30 }, (_, n) => ({
      collection: n % 3 ? "c" : "d",
      record: `b${n}`,
      fields: { a: "1" },
    }));
    await call("POST", "/v1/tenants/acme/records", {
      records: [...records, { collection: "c", record: "" }],
    });
    await plane.t.superuser`UPDATE record_field SET ciphertext = set_byte(ciphertext, 90, 0) || '\\x00'
      WHERE record_id = (SELECT id FROM record WHERE record = 'b1')`;
    await call("GET", at("b1"));
    await call("DELETE", at("b2"));
    await call("DELETE", at("b2"));
    await rotate(plane.t, plane.keeper, "acme");
    await call("PUT", at("after"), { fields: { a: "1" } });
    await call("GET", at("1"));
    await plane.access.close();
    const ended = (await windows()).filter(({ count }) => count > 0);
    const named = Object.fromEntries(
      ended.map((w) => [`${w.verb} ${w.collection} ${w.version}`, [w.count, w.failed, w.ended]]),
    );
    expect(named).toEqual({
      "write c 1": [21, 0, true],
      "write d 1": [10, 0, true],
      "read c 1": [27, 1, true],
      "export c 1": [1, 0, true],
      "delete c 1": [1, 0, true],
      "write c 2": [1, 0, true],
    });
    expect((await windows()).every(({ ended }) => ended)).toBe(true);
  });

  it("refuse an access that they could not record", async () => {
    const access = createAccessLog({
      ...plane.keeper,
      db: { ...plane.keeper.db, login: `${plane.keeper.db.login}_not_there` },
    });
    const one = {
      ...acme,
      tokenId: acme.tokenId as never,
      verb: "read" as const,
      collection: "x",
      keyVersion: 1,
    };
    await expect(access.enter([one])).rejects.toThrow();
    await access.close();
    expect((await windows()).some(({ collection }) => collection === "x")).toBe(false);
  });

  it("end by themselves, while one that is in use waits for its access", async () => {
    const access = createAccessLog(plane.keeper, 50);
    const one = {
      ...acme,
      tokenId: acme.tokenId as never,
      verb: "read" as const,
      collection: "y",
      keyVersion: 1,
    };
    const [first] = await access.enter([one]);
    const [second] = await access.enter([{ ...one, collection: "z" }]);
    second?.leave(3, [new Error("one")]);
    const of = async (name: string) => (await windows()).filter(({ collection }) => collection === name);
    await vi.waitFor(
      async () => expect(await of("z")).toMatchObject([{ count: 3, failed: 1, ended: true }]),
      5_000,
    );
    expect(await of("y")).toMatchObject([{ ended: false }]);
    first?.leave(1, []);
    await access.close();
    expect(await of("y")).toMatchObject([{ count: 1, ended: true }]);
  });

  it("come back with their counts when they were taken for lost", async () => {
    const access = createAccessLog(plane.keeper);
    const one = {
      ...acme,
      tokenId: acme.tokenId as never,
      verb: "read" as const,
      collection: "lost",
      keyVersion: 1,
    };
    const [entered] = await access.enter([one]);
    entered?.leave(4, []);
    await plane.t.superuser`DELETE FROM access_window WHERE collection = 'lost'`;
    await access.close();
    expect((await windows()).filter(({ collection }) => collection === "lost")).toEqual([
      { verb: "read", collection: "lost", version: 1, count: 4, failed: 0, ended: true },
    ]);
  });
});
