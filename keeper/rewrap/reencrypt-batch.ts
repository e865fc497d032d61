import type { FreshRecord, SealedRecord } from "#db/queries/reencrypt-batch.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import type { PostedKek } from "../threads/crypto-jobs.ts";
import type { Failure } from "./method.ts";
import type { Keks } from "./open-keks.ts";
import { openSource, openTarget } from "./open-keks.ts";
import type { Run, RunTarget } from "./run.ts";

/** Records encrypted anew and not yet written, and those that did not open. */
export type Reencrypted = { fresh: FreshRecord[]; failures: Failure[] };

type Sources = { from: PostedKek[]; closed: Map<number, ErrorCode> };

/** The KEKs of the versions that records are on; a version that opens nothing fails its records with its code. */
const openSources = async (
  run: Run,
  target: RunTarget,
  records: readonly SealedRecord[],
  keks: Keks,
): Promise<Sources> => {
  const sources: Sources = { from: [], closed: new Map() };
  for (const version of new Set(records.map((record) => record.version))) {
    const source = await openSource(run, target, version, keks);
    if (typeof source === "string") sources.closed.set(version, source);
    else sources.from.push({ version, key: source.kek.key });
  }
  return sources;
};

/** Encrypts what was read anew. Nothing is written; a record that does not open is a failure of its own and stops nothing. */
export const reencryptBatch = async (
  run: Run,
  target: RunTarget,
  records: readonly SealedRecord[],
  keks: Keks = run.engine.keeper.keks,
): Promise<Reencrypted> => {
  if (records.length === 0) return { fresh: [], failures: [] };
  const { from, closed } = await openSources(run, target, records, keks);
  const { kek, purpose } = await openTarget(run, target, records.length, keks);
  const results = await run.engine.crypto.reencrypt({
    keyId: target.keyId,
    purpose,
    tenant: run.tenantId,
    from,
    to: { version: kek.version, key: kek.key },
    records,
  });
  const done: Reencrypted = { fresh: [], failures: [] };
  for (const [n, record] of records.entries()) {
    const result = results[n];
    if (result?.ok) {
      const fields = record.fields.map(({ name }, f) => ({
        name,
        ciphertext: result.fields[f] ?? new Uint8Array(),
      }));
      done.fresh.push({
        id: record.id,
        from: record.version,
        old: record.wrapped,
        wrapped: result.wrapped,
        fields,
      });
    } else {
      const code = closed.get(record.version) ?? result?.code ?? "INTERNAL";
      done.failures.push({ recordId: record.id, code });
    }
  }
  return done;
};
