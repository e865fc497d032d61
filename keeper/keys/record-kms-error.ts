import { createEventLimit } from "#lib/domain/event-limit.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { withOwner } from "../connections/with-owner.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";

const limit = createEventLimit({ perSecond: 1 });

/** Logs a provider's failure, at most once a second for each CMK. The request that met it fails with its own code either way. */
export const recordKmsError = async (
  keeper: Pick<Keeper, "id" | "db" | "deploymentId" | "log">,
  ownerId: OwnerId,
  cmkId: string,
  provider: string,
  error: unknown,
  req: string,
): Promise<void> => {
  const code = error instanceof DomainError ? error.code : "INTERNAL";
  keeper.log.warn({ code, cmkId, provider, req }, "a KMS call failed");
  if (!limit(cmkId, Date.now()).write) return;
  const event = {
    action: "crypto.kms_error" as const,
    target: { type: "cmk" as const, id: cmkId },
    outcome: "error" as const,
    detail: { provider, code, cmk: cmkId },
  };
  await withOwner(keeper, ownerId, (tx) => writeEvents(tx, keeperMeta(keeper, req), [event])).catch(
    (cause: unknown) => keeper.log.error({ err: cause, req }, "a KMS failure could not be logged"),
  );
};
