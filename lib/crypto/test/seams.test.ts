import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const SEAM = /(?:envelope|wrapped-dek|seal)-write\.ts"|\b(?:writeCmkFile|writeLocalBlob)\b/;

/** What may name a function that takes a salt or nonce from its caller. */
const ALLOWED = [
  /^(?:lib\/(?:crypto|kms)|keeper\/openssl)\/test\//,
  /^lib\/crypto\/(?:envelope|wrapped-dek|seal)\.ts$/,
  /^lib\/kms\/(?:cmk-file|cmk-store|local|local-blob|local-roots)\.ts$/,
];

describe("salts and nonces", () => {
  it("are given by nobody but the formats themselves and their vectors", () => {
    const files = globSync("**/*.ts", { exclude: ["**/node_modules/**", "**/.next/**", "**/.cache/**"] });
    const users = files.filter((file) => SEAM.test(readFileSync(file, "utf8")));
    expect(users.length).toBeGreaterThanOrEqual(8);
    expect(
      users.filter((file) => !ALLOWED.some((allowed) => allowed.test(file.replaceAll("\\", "/")))),
    ).toEqual([]);
  });
});
