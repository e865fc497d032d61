/**
 * Tokens: `kf_live_<8 id>_<43 random>_<6 CRC-32>`, an operator's own `kf_oper_…`, base62. The id finds the row, the random part is the secret
 * (256 bits), the checksum lets scanners and typing errors be told from real tokens. Made where they are shown:
 * only the SHA-256 of the whole text ever leaves that place.
 */
export const TOKEN_PATTERN = /^kf_(live|oper)_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;

/** The most requests a second that a token can be limited to. A limit is a whole number from 1. */
export const TOKEN_RATE_MAX = 10_000;

/** A limit in words. */
export const rateWords = (perSecond: number): string =>
  perSecond === 1 ? "one request a second" : `${perSecond.toLocaleString("en")} requests a second`;

/** Whose a token is: a tenant's application's, or the operator's. Seen in its text, so that one is not taken for the other. */
export type TokenKind = "live" | "oper";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Uniform characters: bytes from 248 on are thrown away, so that none comes up more often. */
const randomBase62 = (length: number): string => {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(64))) {
      if (byte < 248 && text.length < length) text += BASE62[byte % 62];
    }
  }
  return text;
};

/** CRC-32 (ISO 3309), bit by bit: tokens are short. */
const crc32 = (text: string): number => {
  let crc = 0xffff_ffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
};

const checksum = (body: string): string => {
  let rest = crc32(body);
  let text = "";
  for (let i = 0; i < 6; i += 1) {
    text = BASE62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
};

/** SHA-256 of a token's text, in hex. */
export const hashToken = async (token: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** A fresh token, with what may be sent on: its public id and its hash. */
export const makeToken = async (
  kind: TokenKind = "live",
): Promise<{ token: string; prefix: string; hash: string }> => {
  const prefix = randomBase62(8);
  const body = `kf_${kind}_${prefix}_${randomBase62(43)}`;
  const token = `${body}_${checksum(body)}`;
  return { token, prefix, hash: await hashToken(token) };
};

/** The public id of a token, or null for what cannot be one. */
export const parseToken = (text: string): { kind: TokenKind; prefix: string } | null => {
  const match = TOKEN_PATTERN.exec(text);
  if (!match?.[2] || checksum(text.slice(0, text.lastIndexOf("_"))) !== match[4]) return null;
  return { kind: match[1] === "oper" ? "oper" : "live", prefix: match[2] };
};
