import { hkdfSync, randomBytes } from "node:crypto";
import { type Clock, unixSeconds } from "./clock.ts";
import { gcmOpen, gcmSeal } from "./gcm.ts";

export type TransitKey = {
  name: string;
  type: string;
  derived: boolean;
  exportable: boolean;
  softDeleted: boolean;
  deletionAllowed: boolean;
  minDecryptionVersion: number;
  versions: { bytes: Buffer; createdAt: number }[];
};

export type KeyOptions = { name: string; derived?: boolean; exportable?: boolean; type?: string };

export const createTransitKeys = (clock: Clock) => {
  const keys = new Map<string, TransitKey>();
  const addVersion = (key: TransitKey): void =>
    void key.versions.push({ bytes: randomBytes(32), createdAt: unixSeconds(clock.now()) });
  const of = (name: string): TransitKey => {
    const key = keys.get(name);
    if (key === undefined) throw new TypeError(`There is no key "${name}".`);
    return key;
  };
  return {
    find: (name: string) => keys.get(name),
    addVersion,
    create: ({ name, derived = true, exportable = false, type = "aes256-gcm96" }: KeyOptions): void => {
      const key = {
        name,
        type,
        derived,
        exportable,
        softDeleted: false,
        deletionAllowed: false,
        minDecryptionVersion: 1,
        versions: [],
      };
      addVersion(key);
      keys.set(name, key);
    },
    rotate: (input: { name: string }): number => {
      addVersion(of(input.name));
      return of(input.name).versions.length;
    },
    allowDeletion: (input: { name: string }): void => void (of(input.name).deletionAllowed = true),
    softDelete: (input: { name: string }): void => void (of(input.name).softDeleted = true),
    restore: (input: { name: string }): void => void (of(input.name).softDeleted = false),
    destroy: (input: { name: string }): void => void keys.delete(input.name),
    setMinDecryptionVersion: (input: { name: string; version: number }): void =>
      void (of(input.name).minDecryptionVersion = input.version),
  };
};

/** `vault:v<n>:<base64>` under the version, the derived key for the context where the key is a derived one. */
export const transitSeal = (
  key: TransitKey,
  version: number,
  context: Buffer,
  aad: Buffer,
  plaintext: Buffer,
): string => `vault:v${version}:${gcmSeal(keyFor(key, version, context), aad, plaintext).toString("base64")}`;

export const transitOpen = (
  key: TransitKey,
  version: number,
  context: Buffer,
  aad: Buffer,
  sealed: Buffer,
): Buffer | null => gcmOpen(keyFor(key, version, context), aad, sealed);

const keyFor = (key: TransitKey, version: number, context: Buffer): Buffer => {
  const bytes = key.versions[version - 1]?.bytes;
  if (bytes === undefined) throw new TypeError(`There is no version ${version}.`);
  return key.derived ? Buffer.from(hkdfSync("sha256", bytes, Buffer.alloc(0), context, 32)) : bytes;
};
