import { listAttestations } from "#db/queries/attest-wraps.ts";
import { listTransitionRows } from "#db/queries/key-read.ts";
import { notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { defineQuery } from "../define-query.ts";
import { readKeyWatch } from "./read-key-watch.ts";

/** One version of a key, with its key, every change of its state, and what was attested of it. */
export const getVersion = defineQuery({
  permission: "key:read",
  input: z.object({
    key: z.string().max(200),
    v: z.coerce
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1),
  }),
  read: async ({ tx, input, tenant }) => {
    const watch = await readKeyWatch(tx, tenant, input.key);
    const version = watch.key.versions.find(({ number }) => number === input.v);
    if (!version) throw notFound("version of the key");
    const transitions = (await listTransitionRows(tx))
      .filter(({ keyId, number }) => keyId === watch.key.id && number === version.number)
      .map(({ fromState, toState, at, actorType, actorId }) => ({
        from: fromState,
        to: toState,
        at: at.toISOString(),
        actor: { type: actorType, id: actorId },
      }));
    const attestations = (await listAttestations(tx, watch.key.id, version.number)).map(
      ({ at, wraps, actorType, actorId }) => ({
        at: at.toISOString(),
        wraps,
        actor: { type: actorType, id: actorId },
      }),
    );
    return { watch, version, transitions, attestations };
  },
});
