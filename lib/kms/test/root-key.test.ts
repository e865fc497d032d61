import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { loadOrCreateRootKey, loadRootKey, parseRootKey } from "../root-key.ts";
import { rejectionOf, temporaryFolder } from "./temporary-kms.ts";

const weak = {
  "all zeros": "00".repeat(32),
  "all one byte": "a7".repeat(32),
  "counting up": Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, "0")).join(""),
  "counting up over the end": Array.from({ length: 32 }, (_, i) =>
    ((i + 240) % 256).toString(16).padStart(2, "0"),
  ).join(""),
  "counting down": Array.from({ length: 32 }, (_, i) => (200 - i).toString(16)).join(""),
  "counting in steps": "00112233445566778899aabbccddeeff".repeat(2),
  "digits over and over": "0123456789abcdef".repeat(4),
  "a word over and over": "deadbeef".repeat(8),
  "a half twice": "3a91c40be65f7d2280fb1964d7a05ce3".repeat(2),
};

describe("a root key in text", () => {
  it("is 64 hexadecimal characters of either case", () => {
    const hex = takeRandom(32).toString("hex");
    expect(parseRootKey(hex).id).toEqual(parseRootKey(`${hex.toUpperCase()}\n`).id);
  });

  it.each(Object.entries(weak))("is refused when it is weak: %s", (_, hex) => {
    expect(hex).toHaveLength(64);
    expect(messageOf(() => parseRootKey(hex))).toMatch(
      /^KMS_MISCONFIGURED: The root key is weak: .*openssl rand/,
    );
  });

  it.each(["", "x".repeat(64), "ab".repeat(31), "ab".repeat(33), `0x${"ab".repeat(31)}`])(
    "is refused when it is not that: %j",
    (text) => expect(messageOf(() => parseRootKey(text))).toMatch(/^KMS_MISCONFIGURED: .*64 hexadecimal/),
  );

  it("is never repeated in the refusal", () => {
    for (const hex of [...Object.values(weak), `${takeRandom(31).toString("hex")}zz`]) {
      const message = messageOf(() => parseRootKey(hex));
      expect(message).not.toContain(hex.slice(0, 8));
    }
  });

  it("is never refused when it is random", () => {
    for (let i = 0; i < 2000; i++) parseRootKey(takeRandom(32).toString("hex"));
  });

  it("cannot be serialised or printed", () => {
    const hex = takeRandom(32).toString("hex");
    expect(() => JSON.stringify(parseRootKey(hex))).toThrow(TypeError);
    expect(inspect(parseRootKey(hex), { showHidden: true })).not.toContain(hex.slice(0, 8));
  });
});

describe("the root key's file", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder, "root.key");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is made on the first start for its owner alone, and read on the next", async () => {
    const made = await loadOrCreateRootKey(file);
    expect(await readFile(file, "ascii")).toMatch(/^[0-9a-f]{64}\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["root.key"]);
    expect((await loadOrCreateRootKey(file)).id).toEqual(made.id);
    expect((await loadRootKey(file)).id).toEqual(made.id);
  });

  it("is one, however many start at the same instant", async () => {
    const roots = await Promise.all(Array.from({ length: 10 }, () => loadOrCreateRootKey(file)));
    expect(new Set(roots.map((root) => root.id.toString("hex"))).size).toBe(1);
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o610])("is refused when others may touch it: %o", async (mode) => {
    await loadOrCreateRootKey(file);
    await chmod(file, mode);
    expect(await rejectionOf(loadRootKey(file))).toBe("KMS_MISCONFIGURED");
    expect(await rejectionOf(loadOrCreateRootKey(file))).toBe("KMS_MISCONFIGURED");
  });

  it("is refused when it holds something else", async () => {
    await writeFile(file, "not a key", { mode: 0o600 });
    expect(await rejectionOf(loadOrCreateRootKey(file))).toBe("KMS_MISCONFIGURED");
    expect(await readFile(file, "ascii")).toBe("not a key");
  });

  it("is not made by a reader that only loads it", async () => {
    expect(await rejectionOf(loadRootKey(file))).toBe("KMS_MISCONFIGURED");
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not made when CMK files stand there that only a lost one can open", async () => {
    const cmkDir = join(folder, "kms");
    await mkdir(cmkDir);
    await writeFile(join(cmkDir, "0190f3a0-b2c4-7def-8123-456789abcc01.1.cmk"), "");
    const error = await loadOrCreateRootKey(file, { cmkDir }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "KMS_MISCONFIGURED",
      message: expect.stringContaining("1 CMK file"),
    });
    expect(await readdir(folder)).toEqual(["kms"]);
  });

  it("is refused with a sentence when it cannot be read at all", async () => {
    await mkdir(file);
    expect(await rejectionOf(loadRootKey(file))).toBe("KMS_MISCONFIGURED");
    await rm(file, { recursive: true });
    await symlink(file, file);
    expect(await rejectionOf(loadRootKey(file))).toBe("KMS_MISCONFIGURED");
  });
});

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return error instanceof DomainError ? `${error.code}: ${error.message}` : String(error);
  }
  return "no error";
};
