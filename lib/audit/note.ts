import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { DomainError } from "#lib/domain/errors.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** A key that signs notes: its name, its public key, and the id that both make (8 hex digits). */
export type NoteKey = { name: string; id: string; publicKey: Uint8Array };
export type NoteSigner = { name: string; seed: Uint8Array };
export type NoteSignature = { name: string; id: string; signature: Uint8Array };
export type Note = { text: string; signatures: readonly NoteSignature[] };

/**
 * Checks an Ed25519 signature (RFC 8032). The default runs everywhere and does some 300 a second; who has a faster
 * one (`node:crypto`, some 10,000) hands it in.
 */
export type Ed25519Verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

/** C2SP signed-note, Signature types: Ed25519. */
const ED25519 = 0x01;
const NOTE_CHARS_MAX = 1_000_000;
/** C2SP signed-note wants at least 16 to be read. */
const SIGNATURES_MAX = 100;

const invalid = (why: string, cause?: unknown): DomainError =>
  new DomainError("CHECKPOINT_INVALID", `The signed note is not valid: ${why}.`, { cause });

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** C2SP signed-note, Format: no control character but the line feed, and valid UTF-8. */
const isPlain = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x20 && text[i] !== "\n") return false;
  }
  return text.isWellFormed();
};

/** C2SP signed-note, Format: a key name is not empty and has neither Unicode spaces nor a plus. */
const requireName = (name: string): string => {
  if (name === "" || !isPlain(name) || /[\s\u0085+]/u.test(name)) throw invalid("bad key name");
  return name;
};

/** C2SP signed-note, Format: a text ends in a line feed. */
const requireText = (text: string): string => {
  if (!text.endsWith("\n") || !isPlain(text)) throw invalid("it is not plain text that ends in a line feed");
  return text;
};

const encodedKey = (publicKey: Uint8Array): Uint8Array => Uint8Array.of(ED25519, ...publicKey);

/** C2SP signed-note, Ed25519 signatures: key id = SHA-256(name ‖ 0A ‖ 01 ‖ public key)[:4]. */
export const noteKey = (name: string, publicKey: Uint8Array): NoteKey => {
  if (publicKey.length !== 32) throw invalid("a public key has 32 bytes");
  const hash = sha256(Uint8Array.of(...utf8(`${requireName(name)}\n`), ...encodedKey(publicKey)));
  return { name, id: bytesToHex(hash.slice(0, 4)), publicKey };
};

/** The public key of a 32-byte seed. */
export const publicKeyOf = (seed: Uint8Array): Uint8Array => ed25519.getPublicKey(seed);

/** The text form of a verifier key: `name+id+base64(01 ‖ public key)`. */
export const formatVkey = (key: NoteKey): string =>
  `${key.name}+${key.id}+${toBase64(encodedKey(key.publicKey))}`;

/** The key in this text; `CHECKPOINT_INVALID` when it is not Ed25519 or the id is not that of the name and key. */
export const parseVkey = (text: string): NoteKey => {
  const [name = "", id = "", ...rest] = text.split("+");
  const encoded = fromBase64(rest.join("+"));
  if (encoded === null || encoded.length !== 33 || encoded[0] !== ED25519)
    throw invalid("not an Ed25519 verifier key");
  const key = noteKey(name, encoded.slice(1));
  if (key.id !== id) throw invalid("the verifier key's id does not fit it");
  return key;
};

/** C2SP signed-note: the text, an empty line, and a signature line for each signer. */
export const signNote = (text: string, signers: readonly NoteSigner[]): string => {
  requireText(text);
  if (signers.length === 0) throw invalid("nobody signs it");
  const lines = signers.map(({ name, seed }) => {
    const { id } = noteKey(name, publicKeyOf(seed));
    const keyId = Uint8Array.from({ length: 4 }, (_, i) => Number.parseInt(id.slice(i * 2, i * 2 + 2), 16));
    return `— ${name} ${toBase64(Uint8Array.of(...keyId, ...ed25519.sign(utf8(text), seed)))}\n`;
  });
  return `${text}\n${lines.join("")}`;
};

const parseSignature = (line: string): NoteSignature => {
  const [dash, name = "", base64 = "", ...rest] = line.split(" ");
  const bytes = fromBase64(base64);
  if (dash !== "—" || rest.length > 0 || bytes === null || bytes.length < 5)
    throw invalid("bad signature line");
  return { name: requireName(name), id: bytesToHex(bytes.slice(0, 4)), signature: bytes.slice(4) };
};

/** The parts of a note, of which nothing is to be believed before `verifyNote`. The last empty line parts the two. */
export const parseNote = (note: string): Note => {
  if (note.length > NOTE_CHARS_MAX) throw invalid("it is too long");
  requireText(note);
  const end = note.lastIndexOf("\n\n");
  if (end < 0) throw invalid("it has no signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw invalid("it has too many signatures");
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
};

/** Strict RFC 8032: small-order keys and other encodings of a point do not pass. */
const nobleVerify: Ed25519Verify = (signature, message, publicKey) =>
  ed25519.verify(signature, message, publicKey, { zip215: false });

/**
 * The text of a note that at least one of these keys signed, and which of them did. A signature that bears a known
 * key's name and id and does not verify refuses the whole note; those of unknown keys are passed over
 * (C2SP signed-note, Signatures).
 */
export const verifyNote = (
  note: string,
  keys: readonly NoteKey[],
  verify: Ed25519Verify = nobleVerify,
): { text: string; signers: readonly NoteKey[] } => {
  const { text, signatures } = parseNote(note);
  const signers = keys.filter((key) => {
    const own = signatures.filter(({ name, id }) => name === key.name && id === key.id);
    for (const { signature } of own) {
      if (signature.length !== 64 || !verify(signature, utf8(text), key.publicKey)) {
        throw invalid("a signature does not verify");
      }
    }
    return own.length > 0;
  });
  if (signers.length === 0) throw invalid("no known key signed it");
  return { text, signers };
};
