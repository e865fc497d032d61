import { describe, expect, it } from "vitest";
import { encodePairs } from "#lib/crypto/encryption-context.ts";
import { hpkeOpen, sealWith } from "../hpke.ts";
import { canonicalPairs } from "../pairs.ts";
import { newSealingKey, openSecret, parseSealedSecret, sealSecret } from "../sealed-secret.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

/** RFC 9180, A.3.1: the same KEM and KDF, with AES-128-GCM. The suite of ours differs in the AEAD's number and key length alone. */
const RFC = {
  info: hex("4f6465206f6e2061204772656369616e2055726e"),
  skE: hex("4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"),
  pkE: hex(
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
  ),
  skR: hex("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"),
  pkR: hex(
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
  ),
  plaintext: hex("4265617574792069732074727574682c20747275746820626561757479"),
  aad: hex("436f756e742d30"),
  ciphertext: hex(
    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
  ),
};
const AES_128_GCM = { id: 0x0001, keyBytes: 16 };

describe("HPKE", () => {
  it("gives the bytes of RFC 9180, A.3.1", async () => {
    const { info, aad, plaintext } = RFC;
    const sealed = await sealWith(RFC.skE, RFC.pkR, { info, aad, plaintext }, AES_128_GCM);
    expect(sealed.enc).toEqual(RFC.pkE);
    expect(Buffer.from(sealed.ciphertext).toString("hex")).toBe(Buffer.from(RFC.ciphertext).toString("hex"));
  });

  it("opens them", async () => {
    const { info, aad, ciphertext } = RFC;
    expect(await hpkeOpen(RFC.skR, RFC.pkE, { info, aad, ciphertext }, AES_128_GCM)).toEqual(RFC.plaintext);
  });
});

describe("canonical pairs", () => {
  it("are those that keepers encode", () => {
    const cases: Record<string, string>[] = [
      {},
      { b: "2", a: "1" },
      { ä: "ö", z: "" },
      { a: "y".repeat(900) },
    ];
    for (const pairs of cases) expect(Buffer.from(canonicalPairs(pairs))).toEqual(encodePairs(pairs));
  });
});

describe("a sealed secret", () => {
  const place = { tenant: "t", connection: "c", field: "clientSecret", revision: 3 };

  it("opens for its place and for no other", async () => {
    const { privateKey, publicKey, id } = newSealingKey();
    const parsed = parseSealedSecret(await sealSecret(publicKey, place, "s3crét"));
    expect(parsed.keyId).toBe(id);
    expect(Buffer.from(await openSecret(privateKey, parsed, place)).toString()).toBe("s3crét");
    for (const other of [{ tenant: "u" }, { connection: "d" }, { field: "x" }, { revision: 4 }]) {
      await expect(openSecret(privateKey, parsed, { ...place, ...other })).rejects.toMatchObject({
        code: "DECRYPT_FAILED",
      });
    }
    await expect(openSecret(newSealingKey().privateKey, parsed, place)).rejects.toMatchObject({
      code: "DECRYPT_FAILED",
    });
  });

  it("is another one each time, and no bit of it may change", async () => {
    const { privateKey, publicKey } = newSealingKey();
    const sealed = await sealSecret(publicKey, place, "s3cret");
    expect(await sealSecret(publicKey, place, "s3cret")).not.toBe(sealed);
    const bytes = Buffer.from(sealed, "base64url");
    for (const at of [13, 40, 78, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(
        openSecret(privateKey, parseSealedSecret(changed.toString("base64url")), place),
      ).rejects.toMatchObject({ code: "DECRYPT_FAILED" });
    }
  });

  it("is told from what is none before a key is used", async () => {
    const sealed = Buffer.from(await sealSecret(newSealingKey().publicKey, place, "s3cret"), "base64url");
    const other = Buffer.from(sealed);
    other[3] = 2;
    expect(() => parseSealedSecret(other.toString("base64url"))).toThrow(
      expect.objectContaining({ code: "ENVELOPE_UNSUPPORTED" }),
    );
    for (const bad of ["", "%%%", sealed.subarray(0, 80).toString("base64url"), sealed.toString("hex")])
      expect(() => parseSealedSecret(bad)).toThrow(expect.objectContaining({ code: "ENVELOPE_MALFORMED" }));
  });
});
