import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATABASE, SUPERUSER } from "./init-cluster.ts";

const fileIn = (dataDir: string): string => join(dataDir, "superuser.url");

export const superuserUrl = (password: string, port: number): string =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;

/** The superuser's password and the port used last, as kept in `<dataDir>/superuser.url`. */
export const readSuperuserUrl = (dataDir: string): { password: string; port: number } | undefined => {
  const file = fileIn(dataDir);
  if (!existsSync(file)) return undefined;
  const url = URL.parse(readFileSync(file, "utf8").trim());
  if (url === null || url.password === "") return undefined;
  return { password: decodeURIComponent(url.password), port: Number(url.port) };
};

export const writeSuperuserUrl = (dataDir: string, url: string): void => {
  const partial = `${fileIn(dataDir)}.new`;
  writeFileSync(partial, `${url}\n`, { mode: 0o600 });
  renameSync(partial, fileIn(dataDir));
};
