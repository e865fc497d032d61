import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { ageOf, type Check, failed, type Finding, ok, warning } from "./check.ts";

const OTHERS = 0o077;

const look = (path: string): Stats | NodeJS.ErrnoException => {
  try {
    return statSync(path);
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
};

/** A secret is only looked at from outside: whether it is there, who may read it, how old it is. */
const secret = (path: string, missing: Finding): Finding => {
  const found = look(path);
  if (found instanceof Error)
    return found.code === "ENOENT" ? missing : failed(`cannot be looked at (${found.code})`);
  const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
  if (process.platform !== "win32" && (found.mode & OTHERS) !== 0)
    return failed(`is open to other users (${mode}): close it with chmod 600 ${path}`);
  return ok(`present, ${mode}, written ${ageOf(Date.now() - found.mtimeMs)} ago`);
};

const cmkFiles = (folder: string): Finding => {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".cmk"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? warning("no CMK file yet") : failed(`cannot be looked at (${code})`);
  }
  const open = names.filter((name) => {
    const found = look(join(folder, name));
    return found instanceof Error || (found.mode & OTHERS) !== 0;
  });
  if (process.platform !== "win32" && open.length > 0)
    return failed(
      `${open.length} of ${names.length} CMK files are open to other users: close them with chmod 600`,
    );
  return names.length === 0
    ? warning("no CMK file yet")
    : ok(`${names.length} CMK files, none open to others`);
};

/** The files of a data directory, none of which anybody else may read. */
export const checkFiles = (dataDir: string): Check[] => {
  const found = look(dataDir);
  if (found instanceof Error || !found.isDirectory())
    return [
      { name: "data directory", ...failed(`${dataDir} is not there: Keyfold was never started on it`) },
    ];
  const file = (name: string, missing: Finding): Check => ({ name, ...secret(join(dataDir, name), missing) });
  return [
    { name: "data directory", ...ok(dataDir) },
    file("credentials.json", failed("is missing: start Keyfold once")),
    file(
      "root.key",
      warning(
        "is not here: right if the keeper is given ENCRYPTION_KEY, or its platform key is at a provider",
      ),
    ),
    file("superuser.url", ok("not here: the database is not the embedded one")),
    { name: "kms", ...cmkFiles(join(dataDir, "kms")) },
  ];
};
