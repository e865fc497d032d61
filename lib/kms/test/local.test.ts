import { link, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import { kmsConformance } from "../conformance.ts";
import { createLocalKms } from "../local.ts";
import { toKmsError } from "../local-errors.ts";
import { type LocalSubject, randomRoot, rejectionOf, temporaryKms } from "./temporary-kms.ts";

const replaceWith = (content: Uint8Array) => async (subject: LocalSubject) =>
  writeFile(fileOf(subject), content);

describe("the local KMS conforms", () => {
  const cases = kmsConformance(temporaryKms, [
    {
      title: "its folder cannot be read",
      codes: ["KMS_UNAVAILABLE"],
      inflict: async ({ dir }) => {
        await rm(dir, { recursive: true });
        await writeFile(dir, "");
      },
    },
    { title: "the file is empty", codes: ["KMS_BAD_RESPONSE"], inflict: replaceWith(new Uint8Array(0)) },
    {
      title: "the file is something else",
      codes: ["KMS_BAD_RESPONSE"],
      inflict: replaceWith(takeRandom(92)),
    },
    {
      title: "the file is another CMK's",
      codes: ["KMS_BAD_RESPONSE"],
      inflict: async (subject) => {
        const names = await readdir(subject.dir);
        const other = names.find((name) => !name.startsWith(subject.cmkId)) ?? "";
        await writeFile(fileOf(subject), await readFile(join(subject.dir, other)));
      },
    },
    {
      title: "the file is gone and nobody destroyed it",
      codes: ["KMS_KEY_NOT_FOUND"],
      inflict: (subject) => rm(fileOf(subject)),
    },
  ]);
  it.each(cases)("$title", ({ run }) => run());
});

describe("CMK files", () => {
  let subject: LocalSubject;
  beforeEach(async () => {
    subject = await temporaryKms();
  });
  afterEach(() => subject.close());

  it("are for their owner alone, one per version, with nothing left beside them", async () => {
    await subject.adapter.createVersion?.("1");
    const names = (await readdir(subject.dir)).filter((name) => name.startsWith(subject.cmkId));
    expect(names.sort()).toEqual([`${subject.cmkId}.1.cmk`, `${subject.cmkId}.2.cmk`]);
    expect((await stat(subject.dir)).mode & 0o777).toBe(0o700);
    for (const name of names) expect((await stat(join(subject.dir, name))).mode & 0o777).toBe(0o600);
    expect(await readdir(subject.dir)).toHaveLength(3);
  });

  it("are not made again when they are there", async () => {
    const before = await readFile(fileOf(subject));
    await subject.kms.createCmk(subject.cmkId);
    expect(await readFile(fileOf(subject))).toEqual(before);
    await subject.adapter.destroyVersion?.("1");
    await subject.kms.createCmk(subject.cmkId);
    expect(await rejectionOf(subject.adapter.wrap(takeRandom(64), {}))).toBe("KMS_KEY_DESTROYED");
  });

  it("of a next version are made once, by however many at the same instant", async () => {
    const keepers = Array.from({ length: 12 }, () =>
      createLocalKms({ dir: subject.dir, root: subject.root }).cmk(subject.cmkId).createVersion?.("1"),
    );
    expect(new Set(await Promise.all(keepers))).toEqual(new Set(["2"]));
    expect(await readdir(subject.dir)).toHaveLength(3);
  });

  it("are not made after a version that is not there", async () => {
    expect(await rejectionOf(subject.adapter.createVersion?.("5") ?? Promise.resolve())).toBe(
      "KMS_KEY_NOT_FOUND",
    );
    for (const version of ["0", "-1", "01", "1.0", "4294967296", "../1"]) {
      expect(await rejectionOf(subject.adapter.createVersion?.(version) ?? Promise.resolve())).toBe(
        "KMS_KEY_NOT_FOUND",
      );
    }
  });

  it("are overwritten before they are removed", async () => {
    const [before, secondName] = [await readFile(fileOf(subject)), join(subject.dir, "second-name")];
    await link(fileOf(subject), secondName);
    expect(await subject.adapter.destroyVersion?.("1")).toMatchObject({
      caveat: expect.stringContaining("snapshots"),
    });
    const after = await readFile(secondName);
    expect(after).toHaveLength(before.length);
    expect(after.includes(before.subarray(44, 60))).toBe(false);
    expect(await rejectionOf(stat(fileOf(subject)))).toBe("ENOENT");
  });

  it("that a crash left half destroyed open nothing, and the next try finishes", async () => {
    const wrapped = await subject.adapter.wrap(takeRandom(64), {});
    await writeFile(join(subject.dir, `${subject.cmkId}.1.destroyed`), "");
    const open = () => subject.adapter.unwrap(wrapped.blob, "1", {});
    expect(await rejectionOf(open())).toBe("KMS_KEY_PENDING_DELETION");
    expect((await subject.adapter.describe()).health).toBe("pending_deletion");
    await subject.adapter.destroyVersion?.("1");
    expect(await rejectionOf(open())).toBe("KMS_KEY_DESTROYED");
    expect((await subject.adapter.describe()).health).toBe("destroyed");
  });

  it("can be destroyed by two at the same instant", async () => {
    const both = [subject.adapter, createLocalKms(subject).cmk(subject.cmkId)];
    await Promise.all(both.map((adapter) => adapter.destroyVersion?.("1")));
    expect((await subject.adapter.describe()).health).toBe("destroyed");
  });

  it("that a crash left beside a version are destroyed with it", async () => {
    await link(fileOf(subject), `${fileOf(subject)}.a1b2c3d4e5f6.tmp`);
    await subject.adapter.destroyVersion?.("1");
    const names = (await readdir(subject.dir)).filter((name) => name.startsWith(subject.cmkId));
    expect(names).toEqual([`${subject.cmkId}.1.destroyed`]);
  });

  it("need an id that is a UUID, so that no path is ever made of anything else", () => {
    expect(() => subject.kms.cmk("../../etc/passwd")).toThrow(TypeError);
  });
});

describe("a new root", () => {
  it("wraps the CMK files again and nothing else: what was wrapped before opens", async () => {
    const subject = await temporaryKms();
    const payload = takeRandom(64);
    const wrapped = await subject.adapter.wrap(payload, {});
    const root = randomRoot();

    const without = createLocalKms({ dir: subject.dir, root });
    expect(await without.countByRoot()).toEqual({ current: 0, previous: 0, unknown: 2, damaged: 0 });
    expect(await rejectionOf(without.cmk(subject.cmkId).wrap(payload, {}))).toBe("KMS_MISCONFIGURED");
    expect(await rejectionOf(without.moveToCurrentRoot())).toBe("KMS_MISCONFIGURED");

    const both = createLocalKms({ dir: subject.dir, root, previousRoots: [randomRoot(), subject.root] });
    expect(await both.countByRoot()).toEqual({ current: 0, previous: 2, unknown: 0, damaged: 0 });
    expect(Buffer.from(await both.cmk(subject.cmkId).unwrap(wrapped.blob, "1", {}))).toEqual(payload);
    const { versions: before } = await both.cmk(subject.cmkId).describe();
    expect(await both.moveToCurrentRoot()).toBe(2);
    expect((await both.cmk(subject.cmkId).describe()).versions).toEqual(before);
    expect(await both.moveToCurrentRoot()).toBe(0);
    expect(await both.countByRoot()).toEqual({ current: 2, previous: 0, unknown: 0, damaged: 0 });

    expect(Buffer.from(await without.cmk(subject.cmkId).unwrap(wrapped.blob, "1", {}))).toEqual(payload);
    expect(await rejectionOf(subject.adapter.unwrap(wrapped.blob, "1", {}))).toBe("KMS_MISCONFIGURED");
    expect((await stat(fileOf(subject))).mode & 0o777).toBe(0o600);
    expect(await readdir(subject.dir)).toHaveLength(2);
    await subject.close();
  });
});

describe("new CMK files before the move", () => {
  it("are under the previous root, which every other keeper can open", async () => {
    const subject = await temporaryKms();
    const both = createLocalKms({ dir: subject.dir, root: randomRoot(), previousRoots: [subject.root] });
    both.holdNewFiles();
    expect(await both.cmk(subject.cmkId).createVersion?.("1")).toBe("2");
    const wrapped = await both.cmk(subject.cmkId).wrap(takeRandom(64), {});
    expect(wrapped.cmkVersion).toBe("2");
    await subject.adapter.unwrap(wrapped.blob, "2", {});
    expect(await both.moveToCurrentRoot()).toBe(3);
    await both.cmk(subject.cmkId).createVersion?.("2");
    expect(await both.countByRoot()).toEqual({ current: 4, previous: 0, unknown: 0, damaged: 0 });
    await subject.close();
  });
});

describe("the count of CMK files by root", () => {
  it("names a damaged file, stops for none, and leaves out what is being destroyed", async () => {
    const subject = await temporaryKms();
    await writeFile(fileOf(subject), "damaged");
    expect(await subject.kms.countByRoot()).toEqual({ current: 1, previous: 0, unknown: 0, damaged: 1 });
    expect(await subject.kms.moveToCurrentRoot()).toBe(0);
    await subject.adapter.destroyVersion?.("1");
    expect(await subject.kms.countByRoot()).toEqual({ current: 1, previous: 0, unknown: 0, damaged: 0 });
    await subject.close();
  });

  it("calls damaged what does not open under the root that it names, and the move leaves it", async () => {
    const subject = await temporaryKms();
    const bytes = await readFile(fileOf(subject));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(fileOf(subject), bytes);
    const both = createLocalKms({ dir: subject.dir, root: randomRoot(), previousRoots: [subject.root] });
    expect(await both.countByRoot()).toEqual({ current: 0, previous: 1, unknown: 0, damaged: 1 });
    expect(await both.moveToCurrentRoot()).toBe(1);
    expect(await both.countByRoot()).toEqual({ current: 1, previous: 0, unknown: 0, damaged: 1 });
    await subject.close();
  });

  it("is zero where nothing is yet", async () => {
    const kms = createLocalKms({ dir: "no-such-folder", root: randomRoot() });
    expect(await kms.countByRoot()).toEqual({ current: 0, previous: 0, unknown: 0, damaged: 0 });
  });
});

describe("a failed file operation", () => {
  it.each([
    ["EACCES", "KMS_ACCESS_DENIED"],
    ["EPERM", "KMS_ACCESS_DENIED"],
    ["EROFS", "KMS_ACCESS_DENIED"],
    ["ENOSPC", "KMS_LIMIT_EXCEEDED"],
    ["EDQUOT", "KMS_LIMIT_EXCEEDED"],
    ["EIO", "KMS_UNAVAILABLE"],
    ["EMFILE", "KMS_UNAVAILABLE"],
    ["ESTALE", "KMS_UNAVAILABLE"],
  ])("%s is %s, and its path stays inside", (errno, code) => {
    const error = toKmsError(Object.assign(new Error(`${errno}: /secret/path`), { code: errno }));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain("/secret/path");
  });
});

const fileOf = ({ dir, cmkId }: LocalSubject): string => join(dir, `${cmkId}.1.cmk`);
