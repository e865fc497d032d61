import assert from "node:assert/strict";
import { generateKek } from "#lib/crypto/kek.ts";
import { KEK_PAYLOAD_BYTES } from "#lib/crypto/kek-payload.ts";
import { takeRandom } from "#lib/crypto/random.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { DomainError, type ErrorCode } from "#lib/domain/errors.ts";
import type { KmsAdapter, Wrapped } from "./port.ts";
import { unwrapKek, wrapKek } from "./wrap-kek.ts";

/** What a provider brings to the suite: fresh for each case. */
export type KmsSubject = {
  /** A CMK with one version. */
  adapter: KmsAdapter;
  /** Another CMK at the same provider. */
  other: KmsAdapter;
  /** A CMK that the provider never had. */
  missing: KmsAdapter;
  /** How many bits lie between two that are changed, where every call is dear; 1 unless given. */
  bitStep?: number;
  close(): Promise<void>;
};

/** A way in which this provider can fail, and the codes that may come of it. */
export type KmsFault<S extends KmsSubject> = {
  title: string;
  codes: readonly ErrorCode[];
  inflict(subject: S): Promise<void>;
};

export type ConformanceCase = { title: string; run(): Promise<void> };

/**
 * What every provider must do, case by case and free of any test framework: each provider's test runs them all.
 */
export const kmsConformance = <S extends KmsSubject>(
  makeSubject: () => Promise<S>,
  faults: readonly KmsFault<S>[],
): ConformanceCase[] => [
  ...CASES.map(([title, check]) => ({ title, run: () => withSubject(makeSubject, check) })),
  ...faults.map((fault) => ({
    title: `fails with its code when ${fault.title}`,
    run: () => withSubject(makeSubject, (subject) => failsAs(subject, fault)),
  })),
];

type Check = (subject: KmsSubject) => Promise<void>;

const REFUSED: readonly ErrorCode[] = ["KMS_INVALID_CIPHERTEXT", "KMS_KEY_NOT_FOUND"];

const CASES: readonly (readonly [string, Check])[] = [
  [
    "opens what it wrapped",
    async ({ adapter }) => {
      const [payload, pairs] = [takeRandom(KEK_PAYLOAD_BYTES), somePairs()];
      const given = Buffer.from(payload);
      const { blob, cmkVersion } = await adapter.wrap(payload, pairs);
      const kept = Buffer.from(blob);
      assert.deepEqual(Buffer.from(await adapter.unwrap(blob, cmkVersion, pairs)), given);
      assert.deepEqual([payload, Buffer.from(blob)], [given, kept], "what the caller gave stays as it was");
      assert.ok(!kept.includes(given.subarray(0, 16)), "the payload does not stand in the blob");
    },
  ],
  [
    "never makes the same blob twice",
    async ({ adapter }) => {
      const [payload, pairs] = [takeRandom(KEK_PAYLOAD_BYTES), somePairs()];
      const blobs = await Promise.all(Array.from({ length: 5 }, () => adapter.wrap(payload, pairs)));
      assert.equal(new Set(blobs.map(({ blob }) => Buffer.from(blob).toString("hex"))).size, 5);
    },
  ],
  [
    "opens a KEK for its own tenant, key, purpose and version alone",
    async ({ adapter }) => {
      const kek = generateKek({ keyId: newUuid(), version: 7 });
      const bound = { tenant: newUuid(), key: kek.keyId, purpose: "default", version: 7 };
      const wrapped = await wrapKek(adapter, kek, bound);
      assert.ok((await unwrapKek(adapter, wrapped, bound)).key.equals(kek.key));
      for (const change of [
        { tenant: newUuid() },
        { key: newUuid() },
        { purpose: "cards" },
        { version: 8 },
      ]) {
        await throws(unwrapKek(adapter, wrapped, { ...bound, ...change }), ["KMS_INVALID_CIPHERTEXT"]);
      }
    },
  ],
  [
    "authenticates the pairs, where it says that it does",
    async ({ adapter }) => {
      if (adapter.capabilities.aad !== "native") return;
      const pairs = { tenant: "a", purpose: "b" };
      const { blob, cmkVersion } = await adapter.wrap(takeRandom(KEK_PAYLOAD_BYTES), pairs);
      const wrong: Record<string, string>[] = [
        { tenant: "a" },
        { tenant: "b", purpose: "a" },
        { ...pairs, key: "" },
        { tenant: "ab", purpose: "" },
      ];
      for (const asked of wrong)
        await throws(adapter.unwrap(blob, cmkVersion, asked), ["KMS_INVALID_CIPHERTEXT"]);
    },
  ],
  [
    "refuses a blob of another CMK",
    async ({ adapter, other }) => {
      const pairs = somePairs();
      const { blob, cmkVersion } = await other.wrap(takeRandom(KEK_PAYLOAD_BYTES), pairs);
      await throws(adapter.unwrap(blob, cmkVersion, pairs), REFUSED);
    },
  ],
  [
    "refuses a blob with any one bit changed",
    async ({ adapter, bitStep = 1 }) => {
      const { blob, cmkVersion, pairs } = await wrapSome(adapter);
      for (let bit = 0; bit < blob.length * 8; bit += bitStep) {
        const changed = Buffer.from(blob);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        await throws(adapter.unwrap(changed, cmkVersion, pairs), REFUSED);
      }
    },
  ],
  [
    "refuses a blob cut anywhere, or with something after it",
    async ({ adapter, bitStep = 1 }) => {
      const { blob, cmkVersion, pairs } = await wrapSome(adapter);
      for (let length = 0; length < blob.length; length += bitStep) {
        await throws(adapter.unwrap(blob.slice(0, length), cmkVersion, pairs), REFUSED);
      }
      await throws(adapter.unwrap(Buffer.concat([blob, Buffer.alloc(1)]), cmkVersion, pairs), REFUSED);
    },
  ],
  [
    "takes 64 bytes, and says no to more than its limit",
    async ({ adapter }) => {
      const { plaintextBytesMax } = adapter.capabilities;
      assert.ok(plaintextBytesMax >= KEK_PAYLOAD_BYTES);
      const tooMuch = adapter.wrap(takeRandom(plaintextBytesMax + 1), somePairs());
      await throws(tooMuch, ["KMS_MISCONFIGURED"]);
    },
  ],
  [
    "describes itself: the current version, and every version oldest first",
    async ({ adapter }) => {
      const { cmkVersion } = await wrapSome(adapter);
      const description = await adapter.describe();
      assert.equal(description.health, "enabled");
      assert.equal(description.currentVersion, cmkVersion);
      assert.deepEqual(
        description.versions.map(({ ref, health }) => ({ ref, health })),
        [
          {
            ref: { provider: adapter.provider, keyId: adapter.keyId, version: cmkVersion },
            health: "enabled",
          },
        ],
      );
    },
  ],
  [
    "has the methods that its capabilities promise, and no other",
    async ({ adapter }) => {
      assert.equal(adapter.createVersion !== undefined, adapter.capabilities.createVersion);
      assert.equal(adapter.destroyVersion !== undefined, adapter.capabilities.destroyVersion !== "none");
    },
  ],
  [
    "makes a next version once, wraps with it, and still opens what the one before wrapped",
    async ({ adapter }) => {
      if (adapter.createVersion === undefined) return;
      const old = await wrapSome(adapter);
      const next = await adapter.createVersion(old.cmkVersion);
      assert.notEqual(next, old.cmkVersion);
      assert.equal(await adapter.createVersion(old.cmkVersion), next, "a repeated call makes no second one");
      const fresh = await wrapSome(adapter);
      assert.equal(fresh.cmkVersion, next);
      assert.equal((await adapter.describe()).currentVersion, next);
      await opens(adapter, old);
      await opens(adapter, fresh);
      if (adapter.capabilities.unwrapVersion === "checked")
        await throws(adapter.unwrap(old.blob, next, old.pairs), REFUSED);
      await throws(adapter.createVersion("no-such-version"), ["KMS_KEY_NOT_FOUND"]);
    },
  ],
  [
    "wraps under the version it is told, where that can be chosen",
    async ({ adapter }) => {
      if (!adapter.capabilities.wrapVersionChoice || adapter.createVersion === undefined) return;
      const { cmkVersion: first } = await wrapSome(adapter);
      await adapter.createVersion(first);
      const chosen = await wrapSome(adapter, first);
      assert.equal(chosen.cmkVersion, first);
      await opens(adapter, chosen);
      await throws(wrapSome(adapter, "no-such-version"), ["KMS_KEY_NOT_FOUND"]);
    },
  ],
  [
    "opens nothing under a version that was destroyed, and says why",
    async ({ adapter }) => {
      if (adapter.createVersion === undefined || adapter.capabilities.destroyVersion !== "immediate") return;
      const old = await wrapSome(adapter);
      const next = await adapter.createVersion(old.cmkVersion);
      const fresh = await wrapSome(adapter);
      await adapter.destroyVersion?.(old.cmkVersion);
      await throws(adapter.unwrap(old.blob, old.cmkVersion, old.pairs), ["KMS_KEY_DESTROYED"]);
      await opens(adapter, fresh);
      const described = await adapter.describe();
      assert.deepEqual(
        described.versions.map(({ health }) => health),
        ["destroyed", "enabled"],
      );
      await adapter.destroyVersion?.(old.cmkVersion);
      await adapter.destroyVersion?.(next);
      await throws(wrapSome(adapter), ["KMS_KEY_DESTROYED"]);
      assert.equal((await adapter.describe()).health, "destroyed");
      assert.ok(
        ![old.cmkVersion, next].includes(await adapter.createVersion(next)),
        "a version never comes back",
      );
      await throws(adapter.unwrap(fresh.blob, next, fresh.pairs), ["KMS_KEY_DESTROYED"]);
    },
  ],
  [
    "does not know a CMK that it never had",
    async ({ missing, adapter }) => {
      const { cmkVersion, pairs } = await wrapSome(adapter);
      await throws(wrapSome(missing), ["KMS_KEY_NOT_FOUND"]);
      await throws(missing.describe(), ["KMS_KEY_NOT_FOUND"]);
      await throws(missing.createVersion?.(cmkVersion), ["KMS_KEY_NOT_FOUND"]);
      await throws(missing.destroyVersion?.(cmkVersion), ["KMS_KEY_NOT_FOUND"]);
      await throws(missing.wrap(takeRandom(KEK_PAYLOAD_BYTES), pairs), ["KMS_KEY_NOT_FOUND"]);
    },
  ],
  [
    "does nothing for a caller that has gone",
    async ({ adapter }) => {
      const { blob, cmkVersion, pairs } = await wrapSome(adapter);
      const gone = { signal: AbortSignal.abort(new Error("gone")) };
      const calls = [
        adapter.wrap(takeRandom(KEK_PAYLOAD_BYTES), pairs, gone),
        adapter.unwrap(blob, cmkVersion, pairs, gone),
        adapter.describe(gone),
        adapter.createVersion?.(cmkVersion, gone),
        adapter.destroyVersion?.(cmkVersion, gone),
      ];
      for (const call of calls) if (call !== undefined) await assert.rejects(call, /gone/);
      assert.equal((await adapter.describe()).currentVersion, cmkVersion);
    },
  ],
];

const failsAs = async <S extends KmsSubject>(subject: S, fault: KmsFault<S>): Promise<void> => {
  const { adapter } = subject;
  const { blob, cmkVersion, pairs } = await wrapSome(adapter);
  await fault.inflict(subject);
  await throws(adapter.unwrap(blob, cmkVersion, pairs), fault.codes);
  await throws(wrapSome(adapter), fault.codes);
};

const withSubject = async <S extends KmsSubject>(
  makeSubject: () => Promise<S>,
  check: (subject: S) => Promise<void>,
): Promise<void> => {
  const subject = await makeSubject();
  try {
    await check(subject);
  } finally {
    await subject.close();
  }
};

type Sample = Wrapped & { payload: Buffer; pairs: Record<string, string> };

const wrapSome = async (adapter: KmsAdapter, version?: string): Promise<Sample> => {
  const [payload, pairs] = [takeRandom(KEK_PAYLOAD_BYTES), somePairs()];
  return { payload, pairs, ...(await adapter.wrap(payload, pairs, { version })) };
};

const opens = async (adapter: KmsAdapter, { blob, cmkVersion, pairs, payload }: Sample): Promise<void> => {
  assert.deepEqual(Buffer.from(await adapter.unwrap(blob, cmkVersion, pairs)), payload);
};

const somePairs = (): Record<string, string> => ({
  key: newUuid(),
  purpose: "default",
  tenant: newUuid(),
  version: "1",
});

const throws = async (call: Promise<unknown> | undefined, codes: readonly ErrorCode[]): Promise<void> => {
  if (call === undefined) return;
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof DomainError, `threw ${String(error)}`);
    assert.ok(codes.includes(error.code), `${error.code} instead of ${codes.join(" or ")}: ${error.message}`);
    return true;
  });
};
