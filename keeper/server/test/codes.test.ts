import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findVersion } from "#db/queries/key-version.ts";
import { withTenant } from "#db/tenant-tx.ts";
import { versionPairs } from "#keeper/keys/open-version.ts";
import { rowMac } from "#lib/crypto/row-mac.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { DomainError, ERROR_CODES } from "#lib/domain/errors.ts";
import type { TestPlane, TestTenant } from "./test-plane.ts";
import { createTestPlane, recordPath } from "./test-plane.ts";

let plane: TestPlane;
let acme: TestTenant;
const path = recordPath("acme", "c", "r");

beforeAll(async () => {
  plane = await createTestPlane();
  acme = await plane.tenant("acme");
  await plane.call("PUT", path, { token: acme.token, body: { fields: { a: "1" } } });
});
afterAll(() => plane.close());

const read = () => plane.call("GET", path, { token: acme.token });
const encrypt = () =>
  plane.call("POST", "/v1/tenants/acme/encrypt", {
    token: acme.token,
    body: { items: [{ collection: "c", record: "1", fields: {} }] },
  });
/** A read answers with the code and its status, an item of a batch carries it or the batch has it, and nothing is told of the cause. */
const expectCode = async (code: ErrorCode) => {
  plane.keeper.keks.drop(acme.tenantId);
  const answer = await read();
  expect([answer.status, answer.body.error?.code]).toEqual([ERROR_CODES[code].status, code]);
  expect(answer.headers["retry-after"]).toBe(ERROR_CODES[code].status === 503 ? "1" : undefined);
  expect(answer.text).not.toContain(plane.keeper.dataDir);
  const { body } = await encrypt();
  // These are of no item: nothing in the batch would fare better.
  if (code === "INTERNAL" || code === "UNAVAILABLE") expect(body.error?.code).toBe(code);
  else expect(body.results?.[0]).toMatchObject({ ok: false, error: { code } });
};
const expectWell = async () => {
  plane.keeper.keks.drop(acme.tenantId);
  expect((await read()).body).toEqual({ fields: { a: "1" } });
};

describe("a fault of the platform's key", () => {
  const file = () => {
    const folder = join(plane.keeper.dataDir, "kms");
    const name = readdirSync(folder).find((found) => found.endsWith(".cmk")) ?? "";
    return join(folder, name);
  };
  const changed = (change: (bytes: Buffer) => Buffer) => (at: string) => {
    writeFileSync(at, change(readFileSync(at)));
  };

  it.each<[string, ErrorCode, (at: string) => void]>([
    ["its file is gone", "KMS_KEY_NOT_FOUND", (at) => rmSync(at)],
    ["its file is cut short", "KMS_BAD_RESPONSE", changed((bytes) => bytes.subarray(0, 40))],
    [
      "a byte of its file was changed",
      "KMS_BAD_RESPONSE",
      changed((bytes) => {
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return bytes;
      }),
    ],
    [
      "its file is under another root",
      "KMS_MISCONFIGURED",
      changed((bytes) => {
        bytes[4] = (bytes[4] ?? 0) ^ 1;
        return bytes;
      }),
    ],
    [
      "it was destroyed",
      "KMS_KEY_DESTROYED",
      (at) => {
        rmSync(at);
        writeFileSync(at.replace(/\.cmk$/, ".destroyed"), "");
      },
    ],
    [
      "it is being destroyed",
      "KMS_KEY_PENDING_DELETION",
      (at) => writeFileSync(at.replace(/\.cmk$/, ".destroyed"), ""),
    ],
    [
      "its file cannot be read",
      "KMS_UNAVAILABLE",
      (at) => {
        rmSync(at);
        mkdirSync(at);
      },
    ],
  ])("%s: %s", async (_what, code, harm) => {
    const at = file();
    const whole = readFileSync(at);
    harm(at);
    try {
      await expectCode(code);
    } finally {
      rmSync(at, { recursive: true, force: true });
      rmSync(at.replace(/\.cmk$/, ".destroyed"), { force: true });
      writeFileSync(at, whole, { mode: 0o600 });
    }
    await expectWell();
    const told = (await plane.events("crypto.kms_error")).map(({ detail }) => detail.code);
    expect(told.length).toBeGreaterThan(0);
  });

  it("the folder is gone: nothing is made anew in its place", async () => {
    const folder = join(plane.keeper.dataDir, "kms");
    renameSync(folder, `${folder}.away`);
    plane.keeper.keks.drop(acme.tenantId);
    const answer = await read();
    renameSync(`${folder}.away`, folder);
    expect(answer.body.error?.code).toMatch(/^KMS_/);
    await expectWell();
  });
});

describe("a key version's row", () => {
  const version = async () => {
    const found = await withTenant(plane.t.keeper, acme.tenantId, (tx) => findVersion(tx, acme.keyId, 1));
    if (!found) throw new Error("There is no version.");
    return found;
  };
  const put = (blob: Uint8Array, mac: Uint8Array) =>
    plane.t.superuser.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`;
      await sql`UPDATE key_version SET blob = ${Buffer.from(blob)}, mac = ${Buffer.from(mac)} WHERE key_id = ${acme.keyId}`;
    });

  it("with a wrapped KEK that does not open: KMS_INVALID_CIPHERTEXT; one that no keeper wrote: INTERNAL", async () => {
    const whole = await version();
    const blob = Buffer.from(whole.blob);
    blob[blob.length - 1] = (blob.at(-1) ?? 0) ^ 1;
    await put(blob, rowMac(plane.keeper.keyring, "key_version", versionPairs(acme.tenantId, whole), blob));
    await expectCode("KMS_INVALID_CIPHERTEXT");
    await put(blob, whole.mac);
    await expectCode("INTERNAL");
    await put(whole.blob, whole.mac);
    await expectWell();
  });
});

describe("whatever goes wrong below", () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];

  it.each(codes)("%s reaches the client with its status", async (code) => {
    const { kms } = plane.keeper;
    plane.keeper.kms = (id) => ({
      ...kms(id),
      unwrap: async () => {
        throw new DomainError(code, "The provider says no.");
      },
    });
    try {
      await expectCode(code);
    } finally {
      plane.keeper.kms = kms;
    }
    await expectWell();
  });
});
