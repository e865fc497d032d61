import { expect, it } from "vitest";
import { takeRandom } from "#lib/crypto/random.ts";
import { parsePreviousRoots } from "../previous-roots.ts";
import { parseRootKey } from "../root-key.ts";

const [a, b, c] = [takeRandom(32), takeRandom(32), takeRandom(32)].map((bytes) => bytes.toString("hex")) as [
  string,
  string,
  string,
];
const current = parseRootKey(a);

it("is a list of root keys, the newest first, or none", () => {
  expect(parsePreviousRoots(undefined, current)).toEqual([]);
  expect(parsePreviousRoots("  ", current)).toEqual([]);
  const ids = parsePreviousRoots(`${b}, ${c}\n`, current).map(({ id }) => id);
  expect(ids).toEqual([parseRootKey(b).id, parseRootKey(c).id]);
});

it.each([
  ["what is no key", "abc", "Key 1 of ENCRYPTION_KEY_PREVIOUS must be 64 hexadecimal characters"],
  ["an empty place", `${b},`, "Key 2 of ENCRYPTION_KEY_PREVIOUS must be 64"],
  ["a weak key", "00".repeat(32), "Key 1 of ENCRYPTION_KEY_PREVIOUS is weak"],
  ["a key twice", `${b}, ${b.toUpperCase()}`, "Key 2 of ENCRYPTION_KEY_PREVIOUS is there twice"],
  ["the current key", `${b},${a}`, "Key 2 of ENCRYPTION_KEY_PREVIOUS is the current root key"],
])("with %s is refused in a sentence that repeats no key", (_, text, sentence) => {
  expect(() => parsePreviousRoots(text, current)).toThrow(
    expect.objectContaining({ code: "KMS_MISCONFIGURED", message: expect.stringContaining(sentence) }),
  );
  expect(() => parsePreviousRoots(text, current)).not.toThrow(new RegExp(`${a}|${b}`, "i"));
});
