import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { resolveDataDir } from "./data-dir.ts";

/** Some user that owns nothing here. */
const DATABASE_USER = { uid: 64_321, gid: 64_321 };

let home: string;
let closed: string;
let shared: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "keyfold-place-")));
  chmodSync(home, 0o755);
  closed = join(home, "closed");
  shared = join(home, "shared");
  mkdirSync(closed, { mode: 0o700 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it("is where it was asked for when no database user has to get there", () => {
  const wanted = join(closed, "data");
  expect(resolveDataDir(wanted, undefined, shared)).toEqual({ path: wanted, notice: undefined });
  expect(statSync(wanted).mode & 0o777).toBe(0o700);
});

it("lets the database user through when only the data directory itself was closed", () => {
  const wanted = join(home, "data");
  mkdirSync(wanted, { mode: 0o700 });
  expect(resolveDataDir(wanted, DATABASE_USER, shared)).toEqual({ path: wanted, notice: undefined });
  expect(statSync(wanted).mode & 0o777).toBe(0o711);
});

it("is elsewhere, linked and said, when a folder above it cannot be entered", () => {
  const wanted = join(closed, "data");
  const { path, notice } = resolveDataDir(wanted, DATABASE_USER, shared);
  expect(path).toMatch(new RegExp(`^${shared}/[0-9a-f]{16}$`));
  expect(readlinkSync(wanted)).toBe(path);
  expect(notice).toBe(
    `The database user cannot enter ${closed}, so the data directory is ${path}, and ${wanted} is a link to it.`,
  );
  expect(resolveDataDir(wanted, DATABASE_USER, shared).path).toBe(path);
});

it("finds the same place again when the link is gone or leads nowhere", () => {
  const wanted = join(closed, "data");
  const { path } = resolveDataDir(wanted, DATABASE_USER, shared);
  writeFileSync(join(path, "root.key"), "k");
  rmSync(wanted);
  const again = resolveDataDir(wanted, DATABASE_USER, shared);
  expect(again.path).toBe(path);
  expect(again.notice).toContain("with the data of an earlier start");
  rmSync(path, { recursive: true });
  expect(resolveDataDir(wanted, DATABASE_USER, shared).path).toBe(path);
  expect(existsSync(join(wanted, "root.key"))).toBe(false);
});

it("moves data that was restored into a closed folder, and never over other data", () => {
  const wanted = join(closed, "data");
  const first = resolveDataDir(wanted, DATABASE_USER, shared).path;
  writeFileSync(join(first, "root.key"), "old");
  rmSync(wanted);
  mkdirSync(join(wanted, "postgres"), { recursive: true });
  writeFileSync(join(wanted, "root.key"), "restored", { mode: 0o600 });

  const { path } = resolveDataDir(wanted, DATABASE_USER, shared);
  expect(path).toBe(`${first}-2`);
  expect(lstatSync(wanted).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(wanted, "root.key"), "utf8")).toBe("restored");
  expect(statSync(join(path, "root.key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(first, "root.key"), "utf8")).toBe("old");
});
