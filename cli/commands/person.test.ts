import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestDataDir, runTestCli } from "#cli/testing/run-test-cli.ts";
import type { Database } from "#db/client.ts";
import { withOperator } from "#db/tenant-tx.ts";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { createFirstOwner } from "#keeper/people/create-first-owner.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper } from "#keeper/testing/test-keeper.ts";
import { hashPassword } from "#lib/services/people/password.ts";
import { resetPassword } from "#lib/services/people/reset-password.ts";
import { findSession } from "#lib/services/sessions/find-session.ts";
import { signIn } from "#lib/services/sessions/sign-in.ts";

const ADA = { email: "ada@example.test", password: "the password of before" };

let t: TestDatabase;
let k: TestKeeper;
let dir: ReturnType<typeof createTestDataDir>;
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  dir = createTestDataDir(t);
  await createFirstOwner(k.keeper, ADA, "req_start");
});
afterAll(async () => {
  await k.close();
  await t.drop();
  dir.remove();
});

const reset = (email: string) =>
  runTestCli(["person", "reset-password", email, "--json"], { dataDir: dir.dataDir });
const enter = (password: string) =>
  signIn(t.console, { ...ADA, password }, { address: "127.0.0.1", userAgent: "test", req: "req_in" });
const resets = () => t.superuser<{ source: string; outcome: string; target: string; entry: string }[]>`
  SELECT source, outcome, target_id AS target, convert_from(entry, 'UTF8') AS entry FROM audit_event
  WHERE action = 'person.password_reset'`;

describe("a lost password", () => {
  it("becomes a new one, shown once; the old one and every session of before are refused", async () => {
    const sessions = [await enter(ADA.password), await enter(ADA.password)];
    for (const { token } of sessions) expect(await findSession(t.console, token)).not.toBeNull();

    const done = await reset("Ada@Example.test");
    expect(done).toMatchObject({ exit: 0, json: { email: ADA.email, sessions_ended: 2 } });
    const { id, password } = done.json as { id: string; password: string };
    expect(password).toMatch(/^([a-z2-9]{5}-){4}[a-z2-9]{5}$/);

    for (const { token } of sessions) expect(await findSession(t.console, token)).toBeNull();
    await expect(enter(ADA.password)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const { token } = await enter(password);
    expect(await findSession(t.console, token)).toMatchObject({ id, role: "owner" });

    const [event, ...others] = await resets();
    expect(others).toEqual([]);
    expect(event).toMatchObject({ source: "cli", outcome: "ok", target: id });
    expect(JSON.parse(event?.entry ?? "")).toMatchObject({ actor: { type: "cli" }, detail: { sessions: 2 } });
    expect(event?.entry).not.toContain(password);
  });

  it("of nobody is not found, and nothing is told", async () => {
    const before = (await resets()).length;
    const done = await reset("nobody@example.test");
    expect(done).toMatchObject({ exit: 1, json: { error: { code: "NOT_FOUND" } } });
    expect(await resets()).toHaveLength(before);
  });

  it("leaves no session to a sign-in that had begun with the old one", async () => {
    const { password } = (await reset(ADA.email)).json as { password: string };
    const passwordHash = await hashPassword("a password of after that");
    const late = enter(password).catch((error: unknown) => error);
    // It is checking the old password now.
    await setTimeout(100);
    await resetPassword(cliContext(t), { email: ADA.email, passwordHash });
    expect(await late).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("cannot be changed by the console, nor without its event", async () => {
    const change = (db: Database) =>
      withOperator(db, (tx) => tx.sql`UPDATE person SET password_hash = 'scrypt$'`);
    await expect(change(t.console)).rejects.toThrow("permission denied");
    await expect(change(cliContext(t).db)).rejects.toThrow("needs its audit event");
  });
});
