import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintTestToken } from "#keeper/testing/test-keeper.ts";
import { DECRYPT_FAILED_MESSAGE } from "#lib/domain/errors.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
let n = 0;

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
});
afterAll(() => plane.close());

/** A record whose stored bytes `damage` changes; its answer and the events that came of it. */
const readDamaged = async (damage: (id: string) => Promise<unknown>) => {
  n += 1;
  // A token of its own: events are limited for each token.
  const token = await mintTestToken(plane.t, plane.keeper, "acme", ["records:read"]);
  const path = recordPath("acme", "c", `r${n}`);
  await plane.call("PUT", path, { token: acme.token, body: { fields: { a: "one", b: "two" } } });
  const [row] = await plane.t.superuser<{ id: string }[]>`SELECT id FROM record WHERE record = ${`r${n}`}`;
  await damage(row?.id ?? "");
  const before = (await plane.events("crypto.decrypt_failed")).length;
  const answer = await plane.call("GET", path, { token: token.token });
  const events = (await plane.events("crypto.decrypt_failed")).slice(before);
  return { answer, events, actor: `token:${token.id}` };
};
const flip = (table: "record_field" | "dek", column: string, at: number) => (id: string) =>
  plane.t.superuser.unsafe(
    `UPDATE ${table} SET ${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1) WHERE record_id = $1
     ${table === "record_field" ? "AND name = 'a'" : ""}`,
    [id],
  );

describe("a byte that was changed in the database", () => {
  it.each([
    ["the dek id of an envelope", flip("record_field", "ciphertext", 8), "dek_id"],
    ["a salt", flip("record_field", "ciphertext", 24), "commitment"],
    ["a commitment", flip("record_field", "ciphertext", 60), "commitment"],
    ["ciphertext", flip("record_field", "ciphertext", 88), "payload_tag"],
    ["a wrapped DEK", flip("dek", "wrapped_dek", 60), "wrapped_dek_tag"],
    ["a nonce", flip("dek", "wrapped_dek", 41), "wrapped_dek_tag"],
    ["the key version in a wrapped DEK", flip("dek", "wrapped_dek", 40), "key_version"],
    ["the key id in a wrapped DEK", flip("dek", "wrapped_dek", 21), "key_version"],
    [
      "the version beside a wrapped DEK",
      (id: string) => plane.t.superuser`UPDATE dek SET key_version = 9 WHERE record_id = ${id}`,
      "key_version",
    ],
    [
      "a DEK that is gone",
      (id: string) => plane.t.superuser`DELETE FROM dek WHERE record_id = ${id}`,
      "dek_missing",
    ],
    [
      "two fields that changed places",
      (id: string) => plane.t.superuser`
        UPDATE record_field f SET ciphertext = o.ciphertext FROM record_field o
        WHERE f.record_id = ${id} AND o.record_id = ${id} AND o.name <> f.name`,
      "payload_tag",
    ],
  ])("%s: 422 with the one message; the reason is in the log alone", async (_what, damage, reason) => {
    const { answer, events, actor } = await readDamaged(damage);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      error: {
        code: "DECRYPT_FAILED",
        message: DECRYPT_FAILED_MESSAGE,
        request_id: answer.headers["x-request-id"],
      },
    });
    expect(events).toEqual([
      {
        tenant: acme.tenantId,
        actor,
        detail: { reason, count: 1, collection: "c" },
      },
    ]);
  });

  it.each([
    ["an envelope's magic", flip("record_field", "ciphertext", 0), "ENVELOPE_MALFORMED"],
    ["an envelope's version", flip("record_field", "ciphertext", 3), "ENVELOPE_UNSUPPORTED"],
    ["an envelope's suite", flip("record_field", "ciphertext", 5), "ENVELOPE_UNSUPPORTED"],
    ["a wrapped DEK's mode", flip("dek", "wrapped_dek", 4), "ENVELOPE_UNSUPPORTED"],
    [
      "a truncated envelope",
      (id: string) => plane.t.superuser`
        UPDATE record_field SET ciphertext = substring(ciphertext FOR 100) WHERE record_id = ${id}`,
      "ENVELOPE_MALFORMED",
    ],
  ])("%s: 422 with its own code, and an event", async (_what, damage, code) => {
    const { answer, events } = await readDamaged(damage);
    expect(answer).toMatchObject({ status: 422, body: { error: { code } } });
    expect(events).toMatchObject([{ detail: { reason: code.toLowerCase(), count: 1 } }]);
  });

  it("is told at most ten times a second for each token, with how often it happened", async () => {
    const token = (await plane.tenant("flood")).token;
    const path = recordPath("flood", "c", "r");
    await plane.call("PUT", path, { token, body: { fields: { a: "one" } } });
    await plane.t.superuser`
      UPDATE record_field SET ciphertext = set_byte(ciphertext, 90, get_byte(ciphertext, 90) # 1)
      WHERE record_id = (SELECT id FROM record WHERE record = 'r')`;
    const before = (await plane.events("crypto.decrypt_failed")).length;
    const started = Date.now();
    const total = 60;
    for (let i = 0; i < total; i += 10)
      await Promise.all(Array.from({ length: 10 }, () => plane.call("GET", path, { token })));
    const seconds = Math.floor(Date.now() / 1000) - Math.floor(started / 1000) + 1;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await plane.call("GET", path, { token });
    const events = (await plane.events("crypto.decrypt_failed")).slice(before);
    expect(events.length).toBeLessThanOrEqual(Math.min(seconds * 10, total) + 1);
    expect(events.reduce((sum, { detail }) => sum + Number(detail.count), 0)).toBe(total + 1);
  });
});
