import { createCipheriv, createHmac, createSecretKey } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Context, type OpenSsl, openSsl } from "../bind.ts";
import { GET_TAG } from "../gcm-context.ts";
import { createPrimitives } from "../primitives.ts";

const NO_KEY = Buffer.alloc(32);
const SECRET = Buffer.alloc(32, 7);
const NONCE = Buffer.alloc(12, 1);
const AAD = Buffer.alloc(20, 2);
const MESSAGE = Buffer.alloc(40, 3);

const real = await openSsl();
if (!real) throw new Error("OpenSSL cannot be called on this platform.");

const tagOf = (key: Buffer): Buffer => {
  const cipher = createCipheriv("aes-256-gcm", key, NONCE);
  cipher.update(MESSAGE);
  cipher.final();
  return cipher.getAuthTag();
};

/** The tag of a message under whatever key the context still knows. */
const tagUnderLeftKey = (context: Context): Buffer => {
  const [length, tag, out] = [new Uint8Array(4), Buffer.alloc(16), Buffer.alloc(MESSAGE.length)];
  const { init, update, final } = real.encrypt;
  init(context, null, null, null, NONCE);
  update(context, out, length, MESSAGE, MESSAGE.length);
  final(context, tag, length);
  real.control(context, GET_TAG, 16, tag);
  return tag;
};

/** OpenSSL with some of its calls replaced; it makes the context that seals first, and that which opens second. */
const failing = (change: (ssl: OpenSsl) => Partial<OpenSsl>) => {
  const contexts: Context[] = [];
  const ssl: OpenSsl = {
    ...real,
    newCipher: () => {
      const made = real.newCipher();
      contexts.push(made);
      return made;
    },
  };
  const primitives = createPrimitives({ ...ssl, ...change(ssl) });
  return { primitives, contexts };
};

describe("a call that OpenSSL refuses leaves no key behind", () => {
  it("in the context that seals", () => {
    const { primitives, contexts } = failing(({ encrypt }) => ({ encrypt: { ...encrypt, final: () => 0 } }));
    const key = createSecretKey(SECRET);
    expect(() => primitives.seal(key, NONCE, AAD, MESSAGE, Buffer.alloc(60), 0)).toThrow("OpenSSL refused");
    expect(tagUnderLeftKey(contexts[0])).toEqual(tagOf(NO_KEY));
    expect(tagOf(SECRET)).not.toEqual(tagOf(NO_KEY));
  });

  it("in the context that opens, nor what it had opened until then", () => {
    const opened: Uint8Array[] = [];
    const keys: unknown[] = [];
    const { primitives } = failing(({ decrypt }) => ({
      control: (context, what, n, bytes) => (opened.length > 0 ? 0 : real.control(context, what, n, bytes)),
      decrypt: {
        ...decrypt,
        init: (context, cipher, engine, key, nonce) => {
          if (key !== null) keys.push(Buffer.from(key));
          return decrypt.init(context, cipher, engine, key, nonce);
        },
        update: (context, out, length, bytes, n) => {
          const done = decrypt.update(context, out, length, bytes, n);
          if (out !== null) opened.push(out);
          return done;
        },
      },
    }));
    const key = createSecretKey(SECRET);
    expect(() => primitives.open(key, NONCE, AAD, MESSAGE, Buffer.alloc(16))).toThrow("OpenSSL refused");
    expect(opened.map((bytes) => Buffer.from(bytes))).toEqual([Buffer.alloc(MESSAGE.length)]);
    // It was told the key, and then the one that is none.
    expect(keys.slice(-2)).toEqual([SECRET, NO_KEY]);
  });

  it.each([1, 2, 3])("in the derivation, when its step %i fails", (step) => {
    const seen: { context?: Context; outs: Uint8Array[]; keys: Uint8Array[] } = { outs: [], keys: [] };
    let finals = 0;
    const { primitives } = failing(({ hmac }) => ({
      hmac: {
        ...hmac,
        init: (context, key, n, parameters) => {
          seen.context = context;
          if (key?.length === 64) seen.keys.push(key);
          return hmac.init(context, key, n, parameters);
        },
        final: (context, out, length, size) => {
          finals += 1;
          seen.outs.push(out);
          return finals === step ? 0 : hmac.final(context, out, length, size);
        },
      },
    }));
    expect(() => primitives.derive(createSecretKey(SECRET), Buffer.alloc(32, 9))).toThrow("OpenSSL refused");
    // The pseudorandom key and the payload's key; the commitment, which is third, is no secret.
    for (const bytes of [...seen.keys, ...seen.outs.slice(0, 2)])
      expect(Buffer.from(bytes)).toEqual(Buffer.alloc(bytes.length));
    const left = Buffer.alloc(64);
    real.hmac.init(seen.context, null, 0, null);
    real.hmac.update(seen.context, MESSAGE, MESSAGE.length);
    real.hmac.final(seen.context, left, null, 64);
    expect(left).toEqual(createHmac("sha512", NO_KEY).update(MESSAGE).digest());
  });
});

describe("a message that went well leaves no key behind its turn", () => {
  it.each([1, 2])("neither after the first turn nor after a later one: turn %i", async (turns) => {
    let hmac: Context;
    const { primitives, contexts } = failing((ssl) => ({
      newHmac: () => {
        hmac = ssl.newHmac();
        return hmac;
      },
    }));
    const key = createSecretKey(SECRET);
    const salt = Buffer.alloc(32, 9);
    for (let turn = 0; turn < turns; turn += 1) {
      primitives.derive(key, salt).close();
      primitives.seal(key, NONCE, AAD, MESSAGE, Buffer.alloc(60), 0);
      await nextTurn();
    }
    expect(tagUnderLeftKey(contexts[0])).toEqual(tagOf(NO_KEY));
    const left = Buffer.alloc(64);
    real.hmac.init(hmac, null, 0, null);
    real.hmac.update(hmac, MESSAGE, MESSAGE.length);
    real.hmac.final(hmac, left, null, 64);
    expect(left).toEqual(createHmac("sha512", NO_KEY).update(MESSAGE).digest());
  });
});
