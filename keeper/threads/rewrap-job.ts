import type { GcmOf } from "#lib/crypto/aead.ts";
import { kekFromKeyObject } from "#lib/crypto/kek.ts";
import { reencryptRecord } from "#lib/crypto/reencrypt-record.ts";
import { rewrapBatch } from "#lib/crypto/rewrap-batch.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { ReencryptResult, ReencryptTask, RewrapResult, RewrapTask } from "./crypto-jobs.ts";

/** Moves wrapped DEKs of one version to another. */
export const rewrapJob = (
  { keyId, purpose, tenant, from, to, deks }: RewrapTask,
  gcmOf: GcmOf,
): RewrapResult => {
  const { moved, failures } = rewrapBatch(
    kekFromKeyObject({ keyId, version: from.version }, from.key),
    kekFromKeyObject({ keyId, version: to.version }, to.key),
    { purpose, tenant },
    Buffer.from(deks, "hex"),
    gcmOf,
  );
  return { moved: moved.toString("hex"), failures };
};

/** Encrypts records anew, under fresh DEKs. One that does not open stops no other. */
export const reencryptJob = ({
  keyId,
  purpose,
  tenant,
  from,
  to,
  records,
}: ReencryptTask): ReencryptResult => {
  const target = kekFromKeyObject({ keyId, version: to.version }, to.key);
  const sources = new Map(
    from.map(({ version, key }) => [version, kekFromKeyObject({ keyId, version }, key)] as const),
  );
  return records.map((record) => {
    const source = sources.get(record.version);
    if (!source) return { ok: false, code: "VERSION_RETIRED" };
    try {
      return { ok: true, ...reencryptRecord(source, target, { purpose, tenant }, record) };
    } catch (error) {
      if (error instanceof DomainError) return { ok: false, code: error.code };
      throw error;
    }
  });
};
