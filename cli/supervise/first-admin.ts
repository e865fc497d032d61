import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "#lib/domain/zod.ts";
import { newPassword } from "#lib/services/people/new-password.ts";
import type { Settings } from "./settings.ts";

const FirstAdminFile = z.object({ email: z.string(), password: z.string(), generated: z.boolean() });

/** The admin that the keeper makes on the first start. */
export type FirstAdmin = z.infer<typeof FirstAdminFile>;

const fileIn = (dataDir: string): string => join(dataDir, "first-admin.json");

const readKept = (file: string): FirstAdmin | undefined =>
  existsSync(file) ? FirstAdminFile.safeParse(JSON.parse(readFileSync(file, "utf8"))).data : undefined;

/**
 * The first admin, as long as it has not been handed over: it is kept (0600) until the instance was ready once, so that
 * a first start that was cut short does not leave an instance nobody can sign in to.
 */
export const pendingAdmin = (
  dataDir: string,
  settings: Settings,
  nobodyYet: boolean,
): FirstAdmin | undefined => {
  const file = fileIn(dataDir);
  const kept = readKept(file);
  if (!nobodyYet) return kept;
  // Nobody has this account yet, so what is set now counts, not what an earlier start was given.
  if (kept && settings.adminPassword === undefined && kept.email === settings.adminEmail) return kept;
  const admin: FirstAdmin = {
    email: settings.adminEmail,
    password: settings.adminPassword ?? newPassword(),
    generated: settings.adminPassword === undefined,
  };
  writeFileSync(`${file}.new`, JSON.stringify(admin), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return admin;
};

/** Forgets the password: the admin exists, and its owner has been told. */
export const forgetAdmin = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** How to sign in, in one sentence. */
export const howToSignIn = (admin: FirstAdmin | undefined): string => {
  if (admin === undefined) return "Sign in with your account.";
  return admin.generated
    ? `Sign in as ${admin.email} with the password ${admin.password} (it is shown this once).`
    : `Sign in as ${admin.email} with the password from KEYFOLD_ADMIN_PASSWORD.`;
};
