import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import { gcmOpen, gcmSeal } from "./gcm.ts";

export type Material = { id: string; bytes: Buffer; rotatedAt: Date; type: "ON_DEMAND" | "AUTOMATIC" | null };
export type AwsKey = {
  arn: string;
  id: string;
  state: "Enabled" | "Disabled" | "PendingDeletion" | "PendingImport" | "Creating";
  usage: "ENCRYPT_DECRYPT" | "SIGN_VERIFY";
  spec: string;
  createdAt: Date;
  deletionAt: Date | null;
  rotationPeriodDays: number | null;
  rotations: number;
  materials: Material[];
  policy: string;
  /** When imported material ends. */
  validTo: Date | null;
};

export type AwsKeyOptions = { keyId?: string; usage?: AwsKey["usage"]; spec?: string };

const WAITING_DAYS_DEFAULT = 30;
const DAY_MS = 86_400_000;

/** The keys of one account and region. */
export const createAwsKeys = (clock: Clock, arnPrefix: string) => {
  const keys = new Map<string, AwsKey>();
  const of = (keyId: string): AwsKey => {
    const key = find(keyId);
    if (key === undefined) throw new TypeError(`There is no key "${keyId}".`);
    return key;
  };
  const find = (keyId: string): AwsKey | undefined => {
    const key = keys.get(keyId.slice(keyId.lastIndexOf("/") + 1));
    if (key === undefined || (keyId.startsWith("arn:") && keyId !== key.arn)) return undefined;
    if (key.deletionAt !== null && key.deletionAt <= clock.now()) return undefined;
    return key;
  };
  const addMaterial = (key: AwsKey, type: Material["type"]): void =>
    void key.materials.push({
      id: randomBytes(32).toString("hex"),
      bytes: randomBytes(32),
      rotatedAt: clock.now(),
      type,
    });
  const openers = (): AwsKey[] => [...keys.values()];
  return {
    find,
    openers,
    addMaterial,
    create: ({ keyId, usage = "ENCRYPT_DECRYPT", spec = "SYMMETRIC_DEFAULT" }: AwsKeyOptions): string => {
      const id = keyId ?? randomUUID();
      const key: AwsKey = {
        arn: `${arnPrefix}${id}`,
        id,
        state: "Enabled",
        usage,
        spec,
        createdAt: clock.now(),
        deletionAt: null,
        rotationPeriodDays: null,
        rotations: 0,
        materials: [],
        policy: defaultPolicy(arnPrefix.split(":")[4] ?? ""),
        validTo: null,
      };
      addMaterial(key, null);
      keys.set(id, key);
      return key.arn;
    },
    rotate: (input: { keyId: string }): void => addMaterial(of(input.keyId), "AUTOMATIC"),
    setState: (input: { keyId: string; state: AwsKey["state"] }): void => {
      of(input.keyId).state = input.state;
    },
    scheduleDeletion: (input: { keyId: string; days?: number }): string => {
      const key = of(input.keyId);
      key.state = "PendingDeletion";
      key.deletionAt = new Date(clock.now().getTime() + (input.days ?? WAITING_DAYS_DEFAULT) * DAY_MS);
      return key.deletionAt.toISOString();
    },
    setPolicy: (input: { keyId: string; policy: object }): void => {
      of(input.keyId).policy = JSON.stringify(input.policy);
    },
    expireMaterial: (input: { keyId: string; inSeconds: number }): void => {
      of(input.keyId).validTo = new Date(clock.now().getTime() + input.inSeconds * 1000);
    },
    destroy: (input: { keyId: string }): void => void keys.delete(of(input.keyId).id),
    cancelDeletion: (input: { keyId: string }): void => {
      const key = of(input.keyId);
      key.deletionAt = null;
      key.state = "Disabled";
    },
  };
};

/** What a key has until somebody writes another: the account's own policies decide. */
const defaultPolicy = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });

const ID_BYTES = 16;
const MATERIAL_BYTES = 32;

/** `key id 16 ‖ material id 32 ‖ sealed`: names its key and material, and binds both beside the context. */
export const sealBlob = (key: AwsKey, context: Record<string, string>, plaintext: Buffer): Buffer => {
  const material = key.materials.at(-1);
  if (material === undefined) throw new TypeError("The key has no material.");
  const header = Buffer.concat([
    Buffer.from(key.id.replaceAll("-", ""), "hex"),
    Buffer.from(material.id, "hex"),
  ]);
  return Buffer.concat([header, gcmSeal(material.bytes, aadOf(header, context), plaintext)]);
};

export type Opened =
  | { key: AwsKey; material: Material; plaintext: Buffer | null }
  | { key: undefined; material?: undefined; plaintext?: undefined };

/** The key and material that a blob names, and what it holds; a null plaintext is one that does not authenticate. */
export const openBlob = (keys: readonly AwsKey[], context: Record<string, string>, blob: Buffer): Opened => {
  const header = blob.subarray(0, ID_BYTES + MATERIAL_BYTES);
  const key = keys.find(({ id }) => id.replaceAll("-", "") === header.subarray(0, ID_BYTES).toString("hex"));
  const material = key?.materials.find(({ id }) => id === header.subarray(ID_BYTES).toString("hex"));
  if (key === undefined || material === undefined) return { key: undefined };
  const sealed = blob.subarray(ID_BYTES + MATERIAL_BYTES);
  return { key, material, plaintext: gcmOpen(material.bytes, aadOf(header, context), sealed) };
};

const aadOf = (header: Buffer, context: Record<string, string>): Buffer =>
  Buffer.concat([
    header,
    Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
  ]);
