import { globSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Permission, Role } from "#lib/domain/permissions.ts";
import { may, PERMISSIONS, ROLES, TENANT_ROLES } from "#lib/domain/permissions.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";

type UseCase = ((ctx: ServiceContext, raw: unknown) => Promise<unknown>) & { permission: Permission };

const isUseCase = (value: unknown): value is UseCase =>
  typeof value === "function" && "permission" in value && typeof value.permission === "string";

/** Every use case there is, found in the files, so that a new one cannot be forgotten. */
const useCases: [string, UseCase][] = [];
let t: TestDatabase;
beforeAll(async () => {
  for (const file of globSync(`${import.meta.dirname}/*/*.ts`).filter((name) => !name.endsWith(".test.ts"))) {
    const found: Record<string, unknown> = await import(file);
    for (const [name, value] of Object.entries(found)) if (isUseCase(value)) useCases.push([name, value]);
  }
  t = await createTestDatabase(inject("superuserUrl"));
  await createTenant(cliContext(t), { slug: "acme", name: "Acme" });
});
afterAll(() => t.drop());

let people = 0;
/** Somebody new each time: denials are limited per actor. */
const personWith = (role: Role): ServiceContext => ({
  db: t.console,
  source: "console",
  actor: {
    type: "person",
    id: `0190f3a0-b2c4-7def-8123-${String((people += 1)).padStart(12, "0")}`,
    role,
  },
  req: `req_${role}`,
});

const fieldsOf = (error: unknown): string[] =>
  error instanceof DomainError ? Object.keys(error.fields ?? {}) : [];

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "thrown"),
  );

describe("the access matrix", () => {
  it("finds the use cases, and each permission is used by one", () => {
    expect(useCases.length).toBeGreaterThan(12);
    const used = new Set(useCases.map(([, useCase]) => useCase.permission));
    expect(Object.keys(PERMISSIONS).filter((permission) => !used.has(permission as Permission))).toEqual([]);
  });

  it("refuses every use case to every role without its permission, and lets the others past the door", async () => {
    for (const [name, useCase] of useCases) {
      for (const role of ROLES) {
        const code = await codeOf(useCase(personWith(role), { tenant: "acme" }));
        expect(code === "FORBIDDEN", `${name} as ${role}: ${code}`).toBe(!may(role, useCase.permission));
      }
    }
    // Hundreds of calls, each with its event.
  }, 60_000);

  it("writes each denial into the log, and none for what was allowed", async () => {
    const rows = await t.superuser<{ permission: string; req: string }[]>`
      SELECT DISTINCT convert_from(entry, 'UTF8')::jsonb #>> '{detail,permission}' AS permission, req
      FROM audit_event WHERE action = 'access.denied'`;
    for (const { permission, req } of rows) {
      expect(may(req.slice("req_".length) as Role, permission as Permission), `${permission} ${req}`).toBe(
        false,
      );
    }
    const denied = new Set(rows.map(({ permission }) => permission));
    const refusable = useCases.filter(([, { permission }]) => ROLES.some((role) => !may(role, permission)));
    expect(refusable.filter(([, { permission }]) => !denied.has(permission)).map(([name]) => name)).toEqual(
      [],
    );
  });

  it("answers for a tenant that does not exist as for one that was never there", async () => {
    for (const [name, useCase] of useCases) {
      const code = await codeOf(useCase(personWith("owner"), { tenant: "nobody" }));
      expect(["NOT_FOUND", "INVALID_INPUT", "done"], `${name}: ${code}`).toContain(code);
    }
  });

  it("does nothing for a tenant's role that names no tenant, neither to read nor to change", async () => {
    for (const [name, useCase] of useCases) {
      for (const role of TENANT_ROLES) {
        const end = await useCase(personWith(role), {}).catch((error: unknown) => error);
        const refused = end instanceof DomainError && end.code === "FORBIDDEN";
        expect(refused || fieldsOf(end).join() === "tenant", `${name} as ${role}`).toBe(true);
      }
    }
  }, 60_000);
});
