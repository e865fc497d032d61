import { describe, expect, it } from "vitest";
import { generateKek } from "#lib/crypto/kek.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { withDeadline } from "../deadline.ts";
import type { KmsAdapter } from "../port.ts";
import { unwrapKek, wrapKek } from "../wrap-kek.ts";
import { rejectionOf } from "./temporary-kms.ts";

const kek = generateKek({ keyId: newUuid(), version: 1 });
const bound = { tenant: newUuid(), key: kek.keyId, purpose: "default", version: 1 };
const forever = () => new Promise<never>(() => {});

/** A provider without AAD: it keeps the payload as it is. */
const clientBound = (changes: Partial<KmsAdapter> = {}): KmsAdapter => ({
  provider: "azure",
  keyId: "azure:test",
  capabilities: {
    aad: "client-bound",
    wrapVersionChoice: true,
    unwrapVersion: "unchecked",
    createVersion: false,
    destroyVersion: "none",
    plaintextBytesMax: 190,
  },
  wrap: async (plaintext) => ({ blob: Uint8Array.from(plaintext), cmkVersion: "1" }),
  unwrap: async (blob) => Uint8Array.from(blob),
  describe: forever,
  ...changes,
});

describe("a KEK at a provider without AAD", () => {
  it("opens for its own tenant, key, purpose and version alone", async () => {
    const adapter = clientBound();
    const wrapped = await wrapKek(adapter, kek, bound);
    expect((await unwrapKek(adapter, wrapped, bound)).key.equals(kek.key)).toBe(true);
    for (const change of [{ tenant: newUuid() }, { key: newUuid() }, { purpose: "cards" }, { version: 2 }]) {
      expect(await rejectionOf(unwrapKek(adapter, wrapped, { ...bound, ...change }))).toBe(
        "KMS_INVALID_CIPHERTEXT",
      );
    }
  });
});

describe("wrapping a KEK", () => {
  it("hands out 64 bytes and the four pairs, and wipes the bytes afterwards", async () => {
    const seen: { payload: Uint8Array; length: number; pairs: object }[] = [];
    const adapter = clientBound({
      wrap: async (payload, pairs) => {
        seen.push({ payload, length: payload.length, pairs });
        return { blob: Uint8Array.of(1), cmkVersion: "1" };
      },
    });
    await wrapKek(adapter, kek, bound);
    const pairs = { key: kek.keyId, purpose: "default", tenant: bound.tenant, version: "1" };
    expect(seen).toMatchObject([{ length: 64, pairs }]);
    expect(seen[0]?.payload.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ["no bytes", { blob: new Uint8Array(0), cmkVersion: "1" }],
    ["no version", { blob: Uint8Array.of(1), cmkVersion: "" }],
  ])("does not believe an answer with %s", async (_, answer) => {
    expect(await rejectionOf(wrapKek(clientBound({ wrap: async () => answer }), kek, bound))).toBe(
      "KMS_BAD_RESPONSE",
    );
  });

  it("does not believe a payload of another length", async () => {
    const adapter = clientBound({ unwrap: async () => new Uint8Array(32) });
    const opened = unwrapKek(adapter, { blob: Uint8Array.of(1), cmkVersion: "1" }, bound);
    expect(await rejectionOf(opened)).toBe("KMS_BAD_RESPONSE");
  });
});

describe("a deadline", () => {
  it("ends a call that does not answer, and tells it so", async () => {
    let heard: AbortSignal | undefined;
    const call = withDeadline({ timeoutMs: 20 }, (signal) => {
      heard = signal;
      return forever();
    });
    expect(await rejectionOf(call)).toBe("KMS_TIMEOUT");
    expect(heard?.aborted).toBe(true);
  });

  it("ends it for wrap and unwrap alike", async () => {
    const adapter = clientBound({ wrap: forever, unwrap: forever });
    expect(await rejectionOf(wrapKek(adapter, kek, bound, { timeoutMs: 20 }))).toBe("KMS_TIMEOUT");
    const wrapped = { blob: Uint8Array.of(1), cmkVersion: "1" };
    expect(await rejectionOf(unwrapKek(adapter, wrapped, bound, { timeoutMs: 20 }))).toBe("KMS_TIMEOUT");
  });

  it("gives way to the caller's own signal, before and during the call", async () => {
    const caller = new AbortController();
    const call = withDeadline({ signal: caller.signal }, forever);
    caller.abort(new Error("shutting down"));
    await expect(call).rejects.toThrow("shutting down");
    let called = false;
    const late = withDeadline({ signal: caller.signal }, async () => {
      called = true;
    });
    await expect(late).rejects.toThrow("shutting down");
    expect(called).toBe(false);
  });

  it("does not touch an answer or an error that comes in time", async () => {
    expect(await withDeadline(undefined, async () => 7)).toBe(7);
    await expect(withDeadline(undefined, () => Promise.reject(new Error("theirs")))).rejects.toThrow(
      "theirs",
    );
  });
});
