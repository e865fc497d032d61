import { createHash, createSecretKey, type KeyObject } from "node:crypto";
import { open, readdir } from "node:fs/promises";
import { takeRandom } from "#lib/crypto/random.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { CMK_FILE_ENDING } from "./cmk-file-name.ts";
import { errnoOf, writeNewFile } from "./durable-file.ts";

const ROOT_BYTES = 32;
export const ROOT_ID_BYTES = 8;
const OTHERS = 0o077;
// 32 random bytes hold fewer than 20 different ones once in 7 * 10^9 draws; what somebody typed holds fewer.
const DISTINCT_BYTES_MIN = 20;

/** The key that wraps the CMK files of the local provider. It cannot be serialised or printed. */
export class RootKey {
  /** The first 8 bytes of SHA-256("keyfold.root/v1" ‖ root): names the root in a CMK file, tells nothing of it. */
  readonly id: Buffer;
  readonly #key: KeyObject;

  constructor(id: Buffer, key: KeyObject) {
    this.id = id;
    this.#key = key;
  }

  get key(): KeyObject {
    return this.#key;
  }

  toJSON(): never {
    throw new TypeError("A root key cannot be serialised.");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `[RootKey ${this.id.toString("hex")}]`;
  }
}

/**
 * A root key from its 64 hexadecimal characters (`ENCRYPTION_KEY`), called `name` in what it throws.
 *
 * @throws `KMS_MISCONFIGURED` when it is not that, or weak. The sentence never repeats the text.
 */
export const parseRootKey = (text: string, name = "The root key"): RootKey => {
  const hex = text.trim();
  if (!/^[0-9a-fA-F]{64}$/.test(hex))
    throw misconfigured(`${name} must be 64 hexadecimal characters (32 bytes).`);
  const bytes = Buffer.from(hex, "hex");
  try {
    const weakness = weaknessOf(bytes);
    if (weakness !== null) {
      throw misconfigured(
        `${name} is weak: ${weakness}. Make a random one, for example with: openssl rand -hex 32`,
      );
    }
    return rootKeyOf(bytes);
  } finally {
    bytes.fill(0);
  }
};

/**
 * The root key in a file that only its owner may read.
 *
 * @throws `KMS_MISCONFIGURED` when the file is missing, open to others, or not a root key.
 */
export const loadRootKey = async (file: string): Promise<RootKey> => {
  const text = await readPrivate(file);
  if (text === null) throw misconfigured(`The root key's file ${file} does not exist.`);
  return parseRootKey(text);
};

/**
 * The root key in `file`, made on the first start (0600, 64 hexadecimal characters).
 * When CMK files already stand in `cmkDir`, a missing root is a lost root: none is made.
 *
 * @throws `KMS_MISCONFIGURED`, as `loadRootKey`.
 */
export const loadOrCreateRootKey = async (
  file: string,
  options: { cmkDir?: string } = {},
): Promise<RootKey> => {
  const text = await readPrivate(file);
  if (text !== null) return parseRootKey(text);
  const orphans = options.cmkDir === undefined ? 0 : await countCmkFiles(options.cmkDir);
  if (orphans > 0) {
    throw misconfigured(
      `The root key's file ${file} is missing, but ${orphans} CMK files in ${options.cmkDir} need it. Put it back from its backup.`,
    );
  }
  const bytes = takeRandom(ROOT_BYTES);
  // When another process makes it at the same instant, its file stays and both read that one.
  await writeNewFile(file, Buffer.from(`${bytes.toString("hex")}\n`, "ascii"));
  bytes.fill(0);
  return loadRootKey(file);
};

const rootKeyOf = (bytes: Buffer): RootKey => {
  const hash = createHash("sha256").update("keyfold.root/v1", "ascii").update(bytes).digest();
  return new RootKey(hash.subarray(0, ROOT_ID_BYTES), createSecretKey(bytes));
};

const weaknessOf = (bytes: Buffer): string | null => {
  const steps = new Set(bytes.subarray(1).map((byte, i) => byte - (bytes[i] ?? 0)));
  if (steps.size === 1) return steps.has(0) ? "all its bytes are the same." : "its bytes count up or down.";
  return new Set(bytes).size < DISTINCT_BYTES_MIN ? "it repeats too few different bytes." : null;
};

const readPrivate = async (file: string): Promise<string | null> => {
  const handle = await open(file, "r").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return null;
    throw misconfigured(
      `The root key's file ${file} cannot be read (${errnoOf(error) ?? "unknown"}).`,
      error,
    );
  });
  if (handle === null) return null;
  try {
    const { mode } = await handle.stat();
    if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
      throw misconfigured(
        `The root key's file ${file} is open to other users. Close it with: chmod 600 ${file}`,
      );
    }
    return await handle.readFile("ascii");
  } finally {
    await handle.close();
  }
};

const countCmkFiles = async (folder: string): Promise<number> => {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(CMK_FILE_ENDING)).length;
};

const misconfigured = (sentence: string, cause?: unknown): DomainError =>
  new DomainError("KMS_MISCONFIGURED", sentence, { cause });
