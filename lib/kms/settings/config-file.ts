import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Env, type FileSettings, refuseSetting, SETTINGS } from "./setting.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const PATHS: readonly string[] = Object.values(SETTINGS).map(({ path }) => path);

/** The settings' file: what `KEYFOLD_CONFIG` names, or else `keyfold.yaml` beside the code. */
export const configPath = (env: Env): string => env.KEYFOLD_CONFIG || join(ROOT, "keyfold.yaml");

/**
 * What the settings' file says; nothing when there is none.
 *
 * @throws `INVALID_INPUT` with a sentence that names the first thing that is wrong; it repeats no value.
 */
export const readConfigFile = async (env: Env): Promise<FileSettings> => {
  const path = configPath(env);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && !env.KEYFOLD_CONFIG) return null;
    return refuseSetting(`The settings' file ${path} cannot be read (${error.code ?? "unknown"}).`);
  });
  return text === null ? new Map() : parseConfig(text, path);
};

/** The settings in a file's text, by path. */
export const parseConfig = async (text: string, path: string): Promise<FileSettings> => {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { version: "1.2" });
  const [error] = document.errors;
  if (error) refuseSetting(`${path} is not YAML: look at line ${error.linePos?.[0].line ?? 1}.`);
  const found = new Map<string, string>();
  collect(document.toJS(), "", path, found);
  return found;
};

const collect = (value: unknown, place: string, file: string, found: Map<string, string>): void => {
  if (value === null) return;
  if (PATHS.includes(place)) {
    if (typeof value !== "string" && typeof value !== "boolean")
      return refuseSetting(`${place} in ${file} must be one text.`);
    found.set(place, String(value));
    return;
  }
  const isSection = place === "" || PATHS.some((known) => known.startsWith(`${place}.`));
  if (!isSection) return refuseSetting(`"${place}" in ${file} is not a setting. ${knownUnder(place)}`);
  if (typeof value !== "object" || Array.isArray(value))
    return refuseSetting(`${place || "The whole"} in ${file} must hold settings by their names.`);
  for (const [key, inner] of Object.entries(value))
    collect(inner, place === "" ? key : `${place}.${key}`, file, found);
};

const knownUnder = (place: string): string => {
  const section = place.slice(0, place.lastIndexOf(".") + 1);
  const names = PATHS.filter((known) => known.startsWith(section)).map(
    (known) => known.slice(section.length).split(".")[0] ?? "",
  );
  return `Known here: ${[...new Set(names)].join(", ")}.`;
};
