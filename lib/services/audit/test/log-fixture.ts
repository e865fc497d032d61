import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { asSuperuser, drain, makeTenant, writeSome } from "#keeper/sequencer/test/log-helpers.ts";
import type { Keeper } from "#keeper/keeper.ts";
import { createTestKeeper } from "#keeper/testing/test-keeper.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import type { Role } from "#lib/domain/permissions.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { EventSummary } from "../search-events.ts";
import { searchEvents } from "../search-events.ts";
import { writeEvents } from "../write-event.ts";

export const ADA_EMAIL = "ada@example.com";

/** A log with two tenants' events and the operator's, placed but for the last two, and a person to read it. */
export type LogFixture = {
  t: TestDatabase;
  keeper: Keeper;
  acme: TenantId;
  bravo: TenantId;
  /** A person's id. */
  ada: string;
  keyOfAcme: string;
  keyOfBravo: string;
  as(role: Role): ServiceContext;
  owner(): ServiceContext;
  signIn(): Promise<unknown>;
  /** Every page of a search. */
  all(raw: object): Promise<EventSummary[]>;
  close(): Promise<void>;
};

const rotated = (key: string, outcome: "ok" | "error"): EventDraft => ({
  action: "key.rotated",
  target: { type: "key", id: key },
  outcome,
  detail: { from: 1, to: 2 },
});
const requested = (key: string): EventDraft => ({
  action: "key.rotation_requested",
  target: { type: "key", id: key },
  detail: { operation: newId(), expected_version: 1 },
});

export const createLogFixture = async (superuserUrl: string): Promise<LogFixture> => {
  const t = await createTestDatabase(superuserUrl);
  const k = await createTestKeeper(t);
  const [acme, bravo] = [await makeTenant(t, "acme"), await makeTenant(t, "bravo")];
  const [ada, keyOfAcme, keyOfBravo] = [newId(), newId(), newId()];
  const as = (role: Role): ServiceContext => ({
    db: t.console,
    source: "console",
    actor: { type: "person", id: ada, role },
    req: `req_${role}`,
  });
  const write = (tenant: TenantId | null, id: string, drafts: EventDraft[], req = "req_console") =>
    withOperator(t.console, (tx) =>
      writeEvents(tx, { source: "console", actor: { type: "person", id }, req }, drafts, tenant),
    );
  const signIn = () =>
    write(null, ada, [
      { action: "person.signed_in", target: { type: "person", id: ada }, detail: { method: "password" } },
    ]);

  // People are made by keepers alone; here one is enough that has a name.
  await asSuperuser(
    t,
    (sql) => sql`INSERT INTO person (id, email, name, role, password_hash, rev, mac)
                 VALUES (${ada}, ${ADA_EMAIL}, 'Ada', 'owner', 'x', 1, 'x')`,
  );
  for (let i = 0; i < 6; i += 1) {
    await write(
      acme,
      ada,
      [requested(keyOfAcme), rotated(keyOfAcme, i % 3 === 0 ? "error" : "ok")],
      `req_${i}`,
    );
    await write(bravo, newId(), [rotated(keyOfBravo, "ok")]);
    await signIn();
  }
  await writeSome(t.cli, acme, 40);
  await drain(k.keeper);
  await writeSome(t.cli, bravo, 2);

  const all = async (raw: object): Promise<EventSummary[]> => {
    const events: EventSummary[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await searchEvents(as("owner"), { ...raw, cursor });
      events.push(...page.events);
      if (page.next === null) return events;
      cursor = page.next;
    }
  };
  const close = async () => {
    await k.close();
    await t.drop();
  };
  return {
    t,
    keeper: k.keeper,
    acme,
    bravo,
    ada,
    keyOfAcme,
    keyOfBravo,
    as,
    owner: () => as("owner"),
    signIn,
    all,
    close,
  };
};
