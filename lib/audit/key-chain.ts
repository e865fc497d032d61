import { DomainError } from "#lib/domain/errors.ts";
import { verifyCheckpoint } from "./checkpoint.ts";
import type { EntryFrame } from "./entry.ts";
import { equalBytes } from "./leaf.ts";
import { type Ed25519Verify, parseVkey } from "./note.ts";

/** Follows the key that signs the log, from its first leaf on. */
export type KeyChain = {
  /** A `log.key_created` or `log.key_rotated` leaf; false when it does not follow from what came before. */
  leaf(entry: EntryFrame): boolean;
  /** Is this checkpoint's note signed as it must be at this place in the log? */
  signed(note: string): boolean;
  /** Did any key of this log, or any trusted one, sign this note? For checkpoints of leaves that are lost. */
  knows(note: string): boolean;
  /** After the root of the note just checked was found right: its signers are keys of this log. */
  confirm(): void;
  /** Has a key that the caller trusts signed the log, before or after any change of keys? */
  trusted(): boolean;
};

const publicKeyIn = (vkey: unknown): Uint8Array | null => {
  try {
    return typeof vkey === "string" ? parseVkey(vkey).publicKey : null;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
};

const holds = (keys: readonly Uint8Array[], key: Uint8Array): boolean =>
  keys.some((other) => equalBytes(other, key));

/**
 * Trust runs both ways along the chain. Forward: the first checkpoint after `log.key_rotated {old, new}` carries both
 * signatures, so who trusts the old key trusts the new one. Backward: a checkpoint by a trusted key signs every leaf
 * before it, those that name the earlier keys among them. A key whose change no such checkpoint confirmed counts for
 * nothing. Keys are compared as public keys, because their names change with the epoch.
 */
export const openKeyChain = (vkeys: readonly string[], verify?: Ed25519Verify): KeyChain => {
  const roots = vkeys.map((vkey) => parseVkey(vkey).publicKey);
  let current: Uint8Array | null = null;
  let next: Uint8Array | null = null;
  let isTrusted = false;
  // The stored and the anchored notes are the same texts: each signature is checked once.
  let last: { note: string; signers: readonly Uint8Array[] } = { note: "", signers: [] };

  const signersAmong = (note: string, candidates: readonly Uint8Array[]): readonly Uint8Array[] => {
    try {
      return verifyCheckpoint(note, candidates, verify).signedBy;
    } catch (error) {
      if (error instanceof DomainError) return [];
      throw error;
    }
  };

  return {
    leaf: ({ action, detail }) => {
      if (action === "log.key_created") {
        const created = publicKeyIn(detail.new);
        if (created === null || next !== null || (current !== null && !equalBytes(created, current)))
          return false;
        current = created;
        return true;
      }
      if (action !== "log.key_rotated") return true;
      const old = publicKeyIn(detail.old);
      if (old !== null && current === null && holds(roots, old)) current = old;
      if (old === null || current === null || next !== null || !equalBytes(old, current)) return false;
      next = publicKeyIn(detail.new);
      return next !== null;
    },
    signed: (note) => {
      if (note !== last.note) {
        const due = current === null ? roots : next === null ? [current] : [current, next];
        last = { note, signers: signersAmong(note, due) };
      }
      const { signers } = last;
      return next === null ? signers.length > 0 : signers.length === 2;
    },
    knows: (note) => {
      const known = [current, next, ...roots].filter((key) => key !== null);
      return signersAmong(note, known).length > 0;
    },
    confirm: () => {
      current = next ?? current ?? last.signers[0] ?? null;
      next = null;
      isTrusted ||= last.signers.some((key) => holds(roots, key));
    },
    trusted: () => isTrusted,
  };
};
