import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOGINS, type Login } from "#db/grants.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";

const CredentialsFile = z.object({
  console: z.url(),
  keeper: z.url(),
  sequencer: z.url(),
  cli: z.url(),
  backup: z.url(),
  nextauthSecret: z.string().min(32),
});

/** The logins' database URLs and the secret of console sessions, as kept in `<dataDir>/credentials.json` (0600). */
export type Credentials = z.infer<typeof CredentialsFile>;

export type Passwords = Record<Login, string>;

const fileIn = (dataDir: string): string => join(dataDir, "credentials.json");

export const readCredentials = (dataDir: string): Credentials | undefined => {
  const file = fileIn(dataDir);
  if (!existsSync(file)) return undefined;
  try {
    return CredentialsFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new DomainError(
      "INVALID_STATE",
      `The file ${file} is damaged; move it away and Keyfold makes a new one.`,
      { cause },
    );
  }
};

const secret = (): string => randomBytes(32).toString("base64url");

const forEachLogin = <T>(value: (login: Login) => T): Record<Login, T> =>
  Object.fromEntries(LOGINS.map((login) => [login, value(login)])) as Record<Login, T>;

/** The passwords the logins had at the last start, or new ones. */
export const passwordsOf = (kept: Credentials | undefined): Passwords =>
  forEachLogin((login) =>
    kept === undefined ? secret() : decodeURIComponent(new URL(kept[login]).password),
  );

/** Writes the URLs of this start: the database may have moved to another port, or be another one. */
export const writeCredentials = (
  dataDir: string,
  adminUrl: string,
  {
    kept,
    names,
    passwords,
  }: { kept: Credentials | undefined; names: Record<Login, string>; passwords: Passwords },
): Credentials => {
  const urls = forEachLogin((login) => {
    const url = new URL(adminUrl);
    url.username = names[login];
    url.password = encodeURIComponent(passwords[login]);
    return url.href;
  });
  const credentials: Credentials = { ...urls, nextauthSecret: kept?.nextauthSecret ?? secret() };
  const file = fileIn(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return credentials;
};
