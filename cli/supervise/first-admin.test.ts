import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { forgetAdmin, pendingAdmin } from "./first-admin.ts";
import { readSettings } from "./settings.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "keyfold-admin-"));
});
beforeEach(() => forgetAdmin(dir));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const settings = (env: Record<string, string> = {}) => readSettings({ NODE_ENV: "test", ...env }, []);

it("keeps the password of a first start that was cut short, until its owner was told", () => {
  const first = pendingAdmin(dir, settings(), true);
  expect(first?.generated).toBe(true);
  expect(pendingAdmin(dir, settings(), true)).toEqual(first);
  expect(pendingAdmin(dir, settings(), false)).toEqual(first);
  forgetAdmin(dir);
  expect(pendingAdmin(dir, settings(), false)).toBeUndefined();
});

it("makes one also when an earlier start migrated and went no further", () => {
  expect(pendingAdmin(dir, settings(), true)?.email).toBe("admin@keyfold.local");
});

it("takes what is set now before what an earlier start was given", () => {
  pendingAdmin(dir, settings({ KEYFOLD_ADMIN_PASSWORD: "a password that was wrong" }), true);
  const now = settings({
    KEYFOLD_ADMIN_EMAIL: "ada@example.test",
    KEYFOLD_ADMIN_PASSWORD: "correct-horse-battery",
  });
  expect(pendingAdmin(dir, now, true)).toEqual({
    email: "ada@example.test",
    password: "correct-horse-battery",
    generated: false,
  });
});

it("refuses an account that the keeper would refuse, before anything is started", () => {
  expect(() => settings({ KEYFOLD_ADMIN_PASSWORD: "short" })).toThrow(
    /KEYFOLD_ADMIN_PASSWORD needs at least 12/,
  );
  expect(() => settings({ KEYFOLD_ADMIN_EMAIL: "admin@localhost" })).toThrow(
    /KEYFOLD_ADMIN_EMAIL is "admin@localhost"/,
  );
});
