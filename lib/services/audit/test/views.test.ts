import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { withOperator } from "#db/tenant-tx.ts";
import { asSuperuser } from "#keeper/sequencer/test/log-helpers.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { newId } from "#lib/domain/ids.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { listViews } from "../list-views.ts";
import { removeView } from "../remove-view.ts";
import { saveView } from "../save-view.ts";
import type { LogFixture } from "./log-fixture.ts";
import { createLogFixture } from "./log-fixture.ts";

let log: LogFixture;
let bob: ServiceContext;
beforeAll(async () => {
  log = await createLogFixture(inject("superuserUrl"));
  const id = newId();
  await asSuperuser(
    log.t,
    (sql) => sql`INSERT INTO person (id, email, name, role, password_hash, rev, mac)
                 VALUES (${id}, 'bob@example.com', 'Bob', 'auditor', 'x', 1, 'x')`,
  );
  bob = { ...log.as("auditor"), actor: { type: "person", id, role: "auditor" } };
});
afterAll(() => log.close());

const view = (name: string, more: object = {}) => ({ name, shared: false, query: "outcome:denied", ...more });
const namesOf = async (ctx: ServiceContext) => (await listViews(ctx, {})).map(({ name }) => name);

describe("a view of the log", () => {
  it("is its owner's alone, or everybody's when it is shared", async () => {
    const own = await saveView(log.owner(), view("Denied", { from: "2026-01-01", to: "" }));
    await saveView(log.owner(), view("Keys", { query: "action:key.*", shared: true }));
    expect(await listViews(log.owner(), {})).toEqual([
      {
        id: own.result.id,
        name: "Denied",
        shared: false,
        owner: null,
        query: "outcome:denied",
        from: "2026-01-01",
        to: "",
      },
      expect.objectContaining({ name: "Keys", shared: true, owner: null }),
    ]);
    expect(await listViews(bob, {})).toEqual([
      expect.objectContaining({ name: "Keys", query: "action:key.*", owner: "ada@example.com" }),
    ]);
    await expect(removeView(bob, { id: own.result.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await removeView(log.owner(), { id: own.result.id });
    expect(await namesOf(log.owner())).toEqual(["Keys"]);
    const [removed, , saved] = await log.all({ action: "audit.*" });
    expect(removed).toMatchObject({
      action: "audit.view_removed",
      target: { type: "audit", id: own.result.id },
    });
    expect(saved).toMatchObject({ action: "audit.view_saved", actor: { id: log.ada }, tenant: null });
  });

  it("has a name that its owner has once, and a query that the log understands", async () => {
    await saveView(log.owner(), view("Once"));
    await expect(saveView(log.owner(), view(" Once "))).rejects.toMatchObject({ code: "CONFLICT" });
    await saveView(bob, view("Once"));
    for (const wrong of [
      view(""),
      view("n".repeat(61)),
      view("q", { query: "colour:red" }),
      view("q", { query: "x".repeat(10_000) }),
      view("t", { from: "yesterday" }),
      view("t", { from: "2026-02-01", to: "2026-01-01" }),
      { ...view("s"), shared: "yes" },
    ])
      await expect(saveView(log.owner(), wrong)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await saveView(log.owner(), view("'; DROP TABLE audit_view; --", { query: 'target:"\'; --"' }));
    expect(await namesOf(log.owner())).toContain("'; DROP TABLE audit_view; --");
  });

  it("ends with the fiftieth", async () => {
    const before = (await listViews(bob, {})).filter(({ owner }) => owner === null).length;
    for (let n = before; n < 50; n += 1) await saveView(bob, view(`View ${n}`));
    await expect(saveView(bob, view("One more"))).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("is refused to whoever may not read all of the log, and to the command line, which is nobody", async () => {
    for (const role of ["support", "tenant-auditor", "tenant-admin"] as const)
      for (const attempt of [saveView, removeView, listViews])
        await expect(attempt(log.as(role), view("Mine"))).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(saveView(cliContext(log.t), view("Mine"))).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("cannot be kept without its event, nor by another process", async () => {
    const insert = (name: "console" | "cli" | "keeper") =>
      withOperator(
        log.t[name],
        (tx) => tx.sql`INSERT INTO audit_view (id, person_id, name, shared, query, from_time, to_time)
                       VALUES (${newId()}, ${log.ada}, 'Quiet', true, '', '', '')`,
      );
    await expect(insert("console")).rejects.toMatchObject({ code: expect.stringMatching(/^KF/) });
    for (const name of ["cli", "keeper"] as const)
      await expect(insert(name)).rejects.toMatchObject({ code: "42501" });
  });
});
