import { expect, it } from "vitest";
import { consoleEnv, keeperEnv } from "./child-env.ts";
import { readSettings } from "./settings.ts";

const url = (login: string) => `postgres://kf_00000000_${login}:secret@127.0.0.1:5432/keyfold`;
const credentials = {
  console: url("console"),
  keeper: url("keeper"),
  sequencer: url("sequencer"),
  cli: url("cli"),
  backup: url("backup"),
  nextauthSecret: "n".repeat(43),
};
const env = {
  NODE_ENV: "test",
  PATH: "/bin",
  DATABASE_URL: "postgres://migrator@db/keyfold",
  ENCRYPTION_KEY: "ab".repeat(32),
  ENCRYPTION_KEY_PREVIOUS: "cd".repeat(32),
  AWS_REGION: "eu-central-1",
  KEYFOLD_ADMIN_PASSWORD: "the first of all",
} as const;
const settings = readSettings(env, []);

it("gives the console its own database URL and no secret of anybody else", () => {
  const given = consoleEnv(env, settings, credentials);
  expect(Object.keys(given).sort()).toEqual([
    "CONSOLE_DATABASE_URL",
    "HOSTNAME",
    "KEYFOLD_KEEPER_URL",
    "NEXTAUTH_SECRET",
    "NEXTAUTH_URL",
    "NEXT_TELEMETRY_DISABLED",
    "NODE_ENV",
    "PATH",
    "PORT",
  ]);
  expect(given.CONSOLE_DATABASE_URL).toBe(credentials.console);
});

it("gives the keeper the root key and its KMS settings, and neither the migrator's URL nor the console's secret", () => {
  const given = keeperEnv(env, settings, { credentials, dataDir: "/data", admin: undefined });
  expect(given).toMatchObject({
    ENCRYPTION_KEY: env.ENCRYPTION_KEY,
    ENCRYPTION_KEY_PREVIOUS: env.ENCRYPTION_KEY_PREVIOUS,
    AWS_REGION: "eu-central-1",
    KEEPER_DATABASE_URL: credentials.keeper,
    SEQUENCER_DATABASE_URL: credentials.sequencer,
    KEYFOLD_DATA_DIR: "/data",
  });
  const values = JSON.stringify(given);
  for (const secret of [env.DATABASE_URL, credentials.console, credentials.nextauthSecret, "first"]) {
    expect(values).not.toContain(secret);
  }
});

it("names the admin to the keeper as long as it is to be made", () => {
  const admin = { email: "a@example.com", password: "p", generated: false };
  expect(keeperEnv(env, settings, { credentials, dataDir: "/data", admin })).toMatchObject({
    KEYFOLD_ADMIN_EMAIL: "a@example.com",
    KEYFOLD_ADMIN_PASSWORD: "p",
  });
});
