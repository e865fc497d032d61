import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";
import { gcmOpen, gcmSeal } from "./gcm.ts";

export type GcpState = "ENABLED" | "DISABLED" | "DESTROY_SCHEDULED" | "DESTROYED" | "PENDING_GENERATION";
export type GcpVersion = {
  id: string;
  bytes: Buffer;
  state: GcpState;
  createdAt: Date;
  destroyAt: Date | null;
};
export type GcpKey = {
  name: string;
  purpose: "ENCRYPT_DECRYPT" | "ASYMMETRIC_SIGN";
  protectionLevel: "SOFTWARE" | "HSM";
  primary: string;
  versions: GcpVersion[];
  bindings: { role: string; members: string[] }[];
  /** Seals and opens as if nothing had been bound: what a stand-in that is no KMS may do. */
  ignoresContext: boolean;
};
export type GcpKeyOptions = {
  name: string;
  purpose?: GcpKey["purpose"];
  protectionLevel?: GcpKey["protectionLevel"];
};

const DESTROY_AFTER_MS = 30 * 86_400_000;

export const createGcpKeys = (clock: Clock) => {
  const keys = new Map<string, GcpKey>();
  const of = (name: string): GcpKey => {
    const key = find(name);
    if (key === undefined) throw new TypeError(`There is no key "${name}".`);
    return key;
  };
  const find = (name: string): GcpKey | undefined => {
    const key = keys.get(name);
    for (const version of key?.versions ?? [])
      if (version.destroyAt !== null && version.destroyAt <= clock.now()) {
        version.state = "DESTROYED";
        version.bytes.fill(0);
      }
    return key;
  };
  const addVersion = (key: GcpKey): GcpVersion => {
    const version: GcpVersion = {
      id: String(key.versions.length + 1),
      bytes: randomBytes(32),
      state: "ENABLED",
      createdAt: clock.now(),
      destroyAt: null,
    };
    key.versions.push(version);
    return version;
  };
  const versionOf = (input: { name: string; version?: string }): GcpVersion => {
    const key = of(input.name);
    const version = key.versions.find(({ id }) => id === (input.version ?? key.primary));
    if (version === undefined) throw new TypeError(`There is no version ${input.version}.`);
    return version;
  };
  const scheduleDestruction = (version: GcpVersion): void => {
    version.state = "DESTROY_SCHEDULED";
    version.destroyAt = new Date(clock.now().getTime() + DESTROY_AFTER_MS);
  };
  return {
    find,
    addVersion,
    scheduleDestruction,
    create: ({ name, purpose = "ENCRYPT_DECRYPT", protectionLevel = "HSM" }: GcpKeyOptions): void => {
      const given = { name, purpose, protectionLevel, primary: "1" };
      const key: GcpKey = { ...given, versions: [], bindings: [], ignoresContext: false };
      addVersion(key);
      keys.set(name, key);
    },
    rotate: (input: { name: string }): string => {
      const key = of(input.name);
      key.primary = addVersion(key).id;
      return key.primary;
    },
    setState: (input: { name: string; version?: string; state: GcpState }): void =>
      void (versionOf(input).state = input.state),
    setBindings: (input: { name: string; bindings: GcpKey["bindings"] }): void =>
      void (of(input.name).bindings = input.bindings),
    ignoreContext: (input: { name: string }): void => void (of(input.name).ignoresContext = true),
    disable: (input: { name: string; version?: string }): void => void (versionOf(input).state = "DISABLED"),
    enable: (input: { name: string; version?: string }): void => void (versionOf(input).state = "ENABLED"),
    scheduleDeletion: (input: { name: string; version?: string }): void =>
      scheduleDestruction(versionOf(input)),
    cancelDeletion: (input: { name: string; version?: string }): void =>
      void Object.assign(versionOf(input), { state: "DISABLED", destroyAt: null }),
    destroy: (input: { name: string }): void => void keys.delete(of(input.name).name),
  };
};

const VERSION_BYTES = 4;

/** `version u32 ‖ sealed`, opaque to the client as the real one is. */
export const gcpSeal = (version: GcpVersion, aad: Buffer, plaintext: Buffer): Buffer => {
  const header = Buffer.alloc(VERSION_BYTES);
  header.writeUInt32BE(Number(version.id));
  return Buffer.concat([header, gcmSeal(version.bytes, Buffer.concat([header, aad]), plaintext)]);
};

/** The version that a ciphertext names, or undefined. */
export const gcpVersionOf = (key: GcpKey, ciphertext: Buffer): GcpVersion | undefined =>
  ciphertext.length < VERSION_BYTES
    ? undefined
    : key.versions.find(({ id }) => Number(id) === ciphertext.readUInt32BE(0));

export const gcpOpen = (version: GcpVersion, aad: Buffer, ciphertext: Buffer): Buffer | null =>
  gcmOpen(
    version.bytes,
    Buffer.concat([ciphertext.subarray(0, VERSION_BYTES), aad]),
    ciphertext.subarray(VERSION_BYTES),
  );
