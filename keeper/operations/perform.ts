import type { ClaimedOperation } from "#db/queries/operation-claim.ts";
import { deferOperation, endOperation, holdsLease } from "#db/queries/operation-claim.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { OperationKind } from "#lib/domain/operation.ts";
import { isOperationKind, OPERATIONS } from "#lib/domain/operation.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { authoriseRequest } from "./authorise-request.ts";
import { compromiseVersion } from "./compromise-version.ts";
import { createKey } from "./create-key.ts";
import { deactivateVersion } from "./deactivate-version.ts";
import type { Confirm, Effect } from "./effect.ts";
import { mintToken } from "./mint-token.ts";
import { removeSampleTenant } from "./remove-sample-tenant.ts";
import { resumeKey } from "./resume-key.ts";
import { retireVersion } from "./retire-version.ts";
import { revokeToken } from "./revoke-token.ts";
import { rotateKey } from "./rotate-key.ts";
import { suspendKey } from "./suspend-key.ts";

const EFFECTS: { [K in OperationKind]: Effect<K> } = {
  "create-key": createKey,
  "rotate-key": rotateKey,
  "suspend-key": suspendKey,
  "resume-key": resumeKey,
  "compromise-version": compromiseVersion,
  "deactivate-version": deactivateVersion,
  "retire-version": retireVersion,
  "mint-token": mintToken,
  "remove-sample-tenant": removeSampleTenant,
  "revoke-token": revokeToken,
};

/** Tries of one operation before a provider or database that stays away makes it fail. */
const ATTEMPTS_MAX = 10;
const RETRY_SECONDS_MAX = 30;

const prepare = <K extends OperationKind>(
  keeper: Keeper,
  operation: ClaimedOperation,
  kind: K,
): Promise<Confirm> => {
  const parsed = OPERATIONS[kind].input.safeParse(operation.input);
  if (!parsed.success)
    throw new DomainError("INVALID_INPUT", "The operation's input is not as it should be.");
  return EFFECTS[kind]({ keeper, operation, input: parsed.data as never });
};

const lostLease = (): DomainError =>
  new DomainError("CONFLICT", "Another keeper has taken the operation over.");

const effect = async (keeper: Keeper, operation: ClaimedOperation): Promise<void> => {
  const { kind, tenantId } = operation;
  if (!isOperationKind(kind))
    throw new DomainError("INVALID_INPUT", "This keeper does not know this kind of operation.");
  if (operation.attempts > ATTEMPTS_MAX) {
    throw new DomainError(
      "INTERNAL",
      "The operation was begun again and again, and no keeper lived to end it.",
    );
  }
  await authoriseRequest(keeper, operation, OPERATIONS[kind].permission);
  if (!(await withOperator(keeper.db, (tx) => holdsLease(tx, operation.id, keeper.id)))) return;
  const confirm = await prepare(keeper, operation, kind);
  await withTenant(keeper.db, tenantId, async (tx) => {
    const { outcome, events } = await confirm(tx);
    await writeEvents(
      tx,
      keeperMeta(keeper, operation.req),
      events.map((event) => ({ ...event, cause: operation.eventId })),
    );
    if (!(await endOperation(tx, operation.id, keeper.id, { state: "done", outcome }))) throw lostLease();
  });
  keeper.keks.drop(tenantId);
};

const fail = (keeper: Keeper, operation: ClaimedOperation, error: DomainError): Promise<void> =>
  withTenant(keeper.db, operation.tenantId, async (tx) => {
    const ending = { state: "failed" as const, code: error.code, message: error.message };
    if (!(await endOperation(tx, operation.id, keeper.id, ending))) return;
    const event = {
      action: "operation.failed" as const,
      target: { type: "operation" as const, id: operation.id },
      outcome: error.code === "FORBIDDEN" ? ("denied" as const) : ("error" as const),
      ...(error.reason !== undefined && { reason: error.reason }),
      cause: operation.eventId,
      detail: { kind: operation.kind, code: error.code },
    };
    await writeEvents(tx, keeperMeta(keeper, operation.req), [event]);
  });

/** Performs one claimed operation to its end, or gives it back to be tried again. */
export const performOperation = async (keeper: Keeper, operation: ClaimedOperation): Promise<void> => {
  try {
    await effect(keeper, operation);
  } catch (cause) {
    const error =
      cause instanceof DomainError
        ? cause
        : new DomainError("INTERNAL", "Something went wrong on our side.", { cause });
    keeper.log.warn(
      { operation: operation.id, kind: operation.kind, code: error.code, req: operation.req, err: cause },
      "an operation did not succeed",
    );
    if (error.retryable && operation.attempts < ATTEMPTS_MAX) {
      const wait = Math.min(2 ** operation.attempts, RETRY_SECONDS_MAX);
      await withOperator(keeper.db, (tx) => deferOperation(tx, operation.id, keeper.id, wait));
    } else {
      await fail(keeper, operation, error);
    }
  }
};
