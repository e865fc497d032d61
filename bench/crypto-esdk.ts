import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  NodeCachingMaterialsManager,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from "@aws-crypto/client-node";

const CACHE = { capacity: 100, maxAge: 300_000, maxMessagesEncrypted: 2 ** 31 };

/** AWS Encryption SDK with a raw AES keyring and the suite that ours takes its derivation from: commitment, no signature. */
export const esdkCrypto = (kek: Uint8Array, context: Record<string, string>) => {
  const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  // The SDK wants key bytes that stand alone in their memory.
  const unencryptedMasterKey = new Uint8Array(kek);
  const keyring = new RawAesKeyringNode({
    keyNamespace: "keyfold",
    keyName: "bench",
    unencryptedMasterKey,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
  const caching = new NodeCachingMaterialsManager({
    backingMaterials: keyring,
    cache: getLocalCryptographicMaterialsCache(CACHE.capacity),
    maxAge: CACHE.maxAge,
    maxMessagesEncrypted: CACHE.maxMessagesEncrypted,
  });
  const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
  const over = (materials: typeof keyring | typeof caching) => ({
    encrypt: async (plaintext: Uint8Array) =>
      (
        await encrypt(materials, plaintext, {
          suiteId,
          encryptionContext: context,
          plaintextLength: plaintext.length,
        })
      ).result,
    decrypt: async (message: Buffer) => (await decrypt(materials, message)).plaintext,
  });
  return { fresh: over(keyring), cached: over(caching) };
};
