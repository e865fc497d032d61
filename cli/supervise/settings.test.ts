import { expect, it } from "vitest";
import { readSettings } from "./settings.ts";

const read = (env: Record<string, string>, parameters: string[] = []) =>
  readSettings({ NODE_ENV: "test", PORT: "3000", KEEPER_PORT: "3100", ...env }, parameters);

it("has the documented defaults", () => {
  const { dataDir, ...rest } = read({});
  expect(rest).toEqual({
    port: 3000,
    keeperPort: 3100,
    databaseUrl: undefined,
    adminEmail: "admin@keyfold.local",
    adminPassword: undefined,
    sample: "if-empty",
  });
  expect(dataDir).toMatch(/\/\.keyfold$/);
});

it("knows --empty and --sample", () => {
  expect(read({}, ["--empty"]).sample).toBe("no");
  expect(read({}, ["--sample"]).sample).toBe("yes");
});

it("leaves a database of one's own as it is unless a sample is asked for", () => {
  const DATABASE_URL = "postgres://somebody@localhost/theirs";
  expect(read({ DATABASE_URL }).sample).toBe("no");
  expect(read({ DATABASE_URL }, ["--sample"]).sample).toBe("yes");
});

it("refuses an admin address that is none", () => {
  expect(() => read({ KEYFOLD_ADMIN_EMAIL: "root" })).toThrow("KEYFOLD_ADMIN_EMAIL");
});

it("refuses a retention of backups that could be misread", () => {
  expect(() => read({ KEYFOLD_BACKUP_RETENTION: "30" })).toThrow('KEYFOLD_BACKUP_RETENTION is "30"');
  expect(() => read({ KEYFOLD_BACKUP_RETENTION: "30d" })).not.toThrow();
});
