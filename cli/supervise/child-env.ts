import type { Credentials } from "./credentials.ts";
import type { FirstAdmin } from "./first-admin.ts";
import type { Settings } from "./settings.ts";

const ORDINARY = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "SystemRoot",
  "NODE_COMPILE_CACHE",
  "NODE_EXTRA_CA_CERTS",
  "KEYFOLD_PREPARED_STATEMENTS",
  "KEYFOLD_TRUSTED_PROXY",
];

/** The console gets what it is named here and nothing else of the environment: no key, no migrator's URL. */
export const consoleEnv = (
  env: NodeJS.ProcessEnv,
  settings: Settings,
  credentials: Credentials,
): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(ORDINARY.filter((name) => env[name] !== undefined).map((name) => [name, env[name]])),
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  CONSOLE_DATABASE_URL: env.CONSOLE_DATABASE_URL || credentials.console,
  PORT: String(settings.port),
  HOSTNAME: "127.0.0.1",
  // A passkey cannot be bound to an IP address, so the console's name is localhost.
  NEXTAUTH_URL: `http://localhost:${settings.port}`,
  NEXTAUTH_SECRET: credentials.nextauthSecret,
  // Only shown, in examples of requests: the console itself never speaks to a keeper.
  KEYFOLD_KEEPER_URL: env.KEYFOLD_KEEPER_URL || `http://localhost:${settings.keeperPort}`,
});

const NOT_FOR_THE_KEEPER =
  /^(DATABASE_URL|CONSOLE_DATABASE_URL|NEXTAUTH_.*|PORT|HOSTNAME|KEYFOLD_ADMIN_.*|PG[A-Z]+|npm_.*|NODE_ENV)$/;

/** The keeper may need any of the environment to reach a KMS; it never gets the migrator's URL. */
export const keeperEnv = (
  env: NodeJS.ProcessEnv,
  settings: Settings,
  {
    credentials,
    dataDir,
    admin,
  }: { credentials: Credentials; dataDir: string; admin: FirstAdmin | undefined },
): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_FOR_THE_KEEPER.test(name))),
  NODE_ENV: "production",
  KEEPER_DATABASE_URL: env.KEEPER_DATABASE_URL || credentials.keeper,
  SEQUENCER_DATABASE_URL: env.SEQUENCER_DATABASE_URL || credentials.sequencer,
  // What the keeper was given leads through a pooler, perhaps; what we made leads to the database itself.
  ...(env.KEEPER_DATABASE_URL && !env.KEEPER_DIRECT_DATABASE_URL
    ? { KEEPER_DIRECT_DATABASE_URL: credentials.keeper }
    : {}),
  KEEPER_PORT: String(settings.keeperPort),
  KEYFOLD_DATA_DIR: dataDir,
  ...(admin === undefined
    ? {}
    : { KEYFOLD_ADMIN_EMAIL: admin.email, KEYFOLD_ADMIN_PASSWORD: admin.password }),
});
