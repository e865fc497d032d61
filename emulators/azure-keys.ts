import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { type Clock, unixSeconds } from "./clock.ts";

export type AzureVersion = {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  enabled: boolean;
  createdAt: number;
  expiresAt: number | null;
};
export type AzureKey = {
  name: string;
  kty: "RSA" | "RSA-HSM";
  operations: readonly string[];
  deletedAt: number | null;
  purgeAt: number | null;
  exportable: boolean;
  /** May a deleted key be purged before its time? Of the vault, in truth. */
  purgeable: boolean;
  versions: AzureVersion[];
};

export type AzureKeyOptions = {
  name: string;
  kty?: AzureKey["kty"];
  bits?: number;
  operations?: readonly string[];
  exportable?: boolean;
  purgeable?: boolean;
};

const RETENTION_S = 90 * 86_400;
const OPERATIONS = ["wrapKey", "unwrapKey"];

/** The keys of one vault. Deleted ones stay in sight until they are purged. */
export const createAzureKeys = (clock: Clock) => {
  const keys = new Map<string, AzureKey>();
  const bitsOf = new Map<string, number>();
  const of = (name: string): AzureKey => {
    const key = keys.get(name);
    if (key === undefined) throw new TypeError(`There is no key "${name}".`);
    return key;
  };
  const purgeDue = (): void => {
    for (const key of keys.values())
      if (key.purgeAt !== null && key.purgeAt <= unixSeconds(clock.now())) keys.delete(key.name);
  };
  const addVersion = (key: AzureKey): AzureVersion => {
    const pair = generateKeyPairSync("rsa", { modulusLength: bitsOf.get(key.name) ?? 2048 });
    const version = {
      id: randomBytes(16).toString("hex"),
      ...pair,
      enabled: true,
      createdAt: unixSeconds(clock.now()),
      expiresAt: null,
    };
    key.versions.push(version);
    return version;
  };
  const setEnabled = (input: { name: string; version?: string }, enabled: boolean): void => {
    for (const version of of(input.name).versions)
      if (input.version === undefined || version.id === input.version) version.enabled = enabled;
  };
  return {
    live: (name: string): AzureKey | undefined => {
      purgeDue();
      const key = keys.get(name);
      return key?.deletedAt === null ? key : undefined;
    },
    deleted: (name: string): AzureKey | undefined => {
      purgeDue();
      const key = keys.get(name);
      return key === undefined || key.deletedAt === null ? undefined : key;
    },
    addVersion,
    create: ({ name, kty = "RSA-HSM", bits = 2048, ...options }: AzureKeyOptions): void => {
      bitsOf.set(name, bits);
      const { operations = OPERATIONS, exportable = false, purgeable = false } = options;
      const given = { name, kty, operations, exportable, purgeable };
      const key: AzureKey = { ...given, deletedAt: null, purgeAt: null, versions: [] };
      keys.set(name, key);
      addVersion(key);
    },
    rotate: (input: { name: string }): string => addVersion(of(input.name)).id,
    disable: (input: { name: string; version?: string }): void => setEnabled(input, false),
    enable: (input: { name: string; version?: string }): void => setEnabled(input, true),
    expire: (input: { name: string; inSeconds: number }): void => {
      for (const version of of(input.name).versions)
        version.expiresAt = unixSeconds(clock.now()) + input.inSeconds;
    },
    scheduleDeletion: (input: { name: string }): void => {
      const key = of(input.name);
      key.deletedAt = unixSeconds(clock.now());
      key.purgeAt = key.deletedAt + RETENTION_S;
    },
    cancelDeletion: (input: { name: string }): void => {
      Object.assign(of(input.name), { deletedAt: null, purgeAt: null });
    },
    destroy: (input: { name: string }): void => void keys.delete(of(input.name).name),
  };
};

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };

export const rsaWrap = (version: AzureVersion, value: Buffer): Buffer | null => {
  try {
    return publicEncrypt({ key: version.publicKey, ...OAEP }, value);
  } catch {
    return null;
  }
};

export const rsaUnwrap = (version: AzureVersion, value: Buffer): Buffer | null => {
  try {
    return privateDecrypt({ key: version.privateKey, ...OAEP }, value);
  } catch {
    return null;
  }
};
