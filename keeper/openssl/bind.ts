/** A context of OpenSSL's, of which only OpenSSL knows what is in it. */
export type Context = unknown;
type Bytes = Uint8Array | null;
type Init = (context: Context, cipher: unknown, engine: null, key: Bytes, nonce: Bytes) => number;
type Update = (context: Context, out: Bytes, length: Uint8Array, bytes: Uint8Array, n: number) => number;
type Final = (context: Context, out: Uint8Array, length: Uint8Array) => number;
export type Direction = { init: Init; update: Update; final: Final };

/** What is called of OpenSSL. Whatever memory a call is given, it uses no longer than the call lasts. */
export type OpenSsl = {
  aes256Gcm(): unknown;
  newCipher(): Context;
  freeCipher(context: Context): void;
  control(context: Context, what: number, n: number, bytes: Bytes): number;
  encrypt: Direction;
  decrypt: Direction;
  /** HMAC-SHA-512, without a key. */
  newHmac(): Context;
  hmac: {
    /** Without a key it begins anew under the last one. */
    init(context: Context, key: Bytes, n: number, parameters: null): number;
    update(context: Context, bytes: Uint8Array, n: number): number;
    final(context: Context, out: Uint8Array, length: null, size: number): number;
  };
};

const UTF8_STRING = 4;

/** The functions of the OpenSSL that node:crypto itself runs on: Node's binary exports them for addons. */
const bind = async (): Promise<OpenSsl> => {
  const { default: koffi } = await import("koffi");
  const node = koffi.load(null);
  const context = koffi.pointer(koffi.opaque());
  const bytes = "uint8_t *";
  type Type = string | ReturnType<typeof koffi.pointer>;
  const fn = (name: string, result: Type, types: Type[]) => node.func(name, result, types);
  const direction = (name: "Encrypt" | "Decrypt"): Direction => ({
    init: fn(`EVP_${name}Init_ex`, "int", [context, "void *", "void *", bytes, bytes]) as Init,
    update: fn(`EVP_${name}Update`, "int", [context, bytes, bytes, bytes, "int"]) as Update,
    final: fn(`EVP_${name}Final_ex`, "int", [context, bytes, bytes]) as Final,
  });
  const parameter = koffi.struct({
    key: "str",
    data_type: "uint",
    data: "str",
    data_size: "size_t",
    return_size: "size_t",
  });
  const hmacOf = fn("EVP_MAC_CTX_new", context, [context]);
  const setParameters = fn("EVP_MAC_CTX_set_params", "int", [context, koffi.pointer(parameter)]);
  const hmac: unknown = fn("EVP_MAC_fetch", context, ["void *", "str", "str"])(null, "HMAC", null);
  const newHmac = (): Context => {
    const made: unknown = hmacOf(hmac);
    const digest = { key: "digest", data_type: UTF8_STRING, data: "SHA512", data_size: 6, return_size: 0 };
    const end = { key: null, data_type: 0, data: null, data_size: 0, return_size: 0 };
    must(setParameters(made, [digest, end]));
    return made;
  };
  return {
    aes256Gcm: fn("EVP_aes_256_gcm", "void *", []),
    newCipher: fn("EVP_CIPHER_CTX_new", context, []),
    freeCipher: fn("EVP_CIPHER_CTX_free", "void", [context]),
    control: fn("EVP_CIPHER_CTX_ctrl", "int", [context, "int", "int", bytes]),
    encrypt: direction("Encrypt"),
    decrypt: direction("Decrypt"),
    newHmac,
    hmac: {
      init: fn("EVP_MAC_init", "int", [context, bytes, "size_t", "void *"]),
      update: fn("EVP_MAC_update", "int", [context, bytes, "size_t"]),
      final: fn("EVP_MAC_final", "int", [context, bytes, "void *", "size_t"]),
    },
  };
};

/** OpenSSL says 1 when it did what it was told. */
export const must = (done: number): void => {
  if (done !== 1) throw new Error("OpenSSL refused a call.");
};

let bound: Promise<OpenSsl | null> | undefined;

/** Null where Node's functions cannot be called so. */
export const openSsl = (): Promise<OpenSsl | null> => {
  bound ??= bind().catch(() => null);
  return bound;
};
