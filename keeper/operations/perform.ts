import type { ClaimedOperation } from "#db/queries/operation-claim.ts";
import { deferOperation, endOperation, holdsLease } from "#db/queries/operation-claim.ts";
import type { AnyTx } from "#db/tenant-tx.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { OperationKind, OperatorKind, OwnerKind, TenantKind } from "#lib/domain/operation.ts";
import {
  isOperationKind,
  isOperatorKind,
  isOwnerKind,
  OPERATIONS,
  permissionFor,
} from "#lib/domain/operation.ts";
import { writeEvents } from "#lib/services/audit/write-event.ts";
import { withOwner } from "../connections/with-owner.ts";
import type { Keeper } from "../keeper.ts";
import { keeperMeta } from "../keeper.ts";
import { attestWraps } from "./attest-wraps.ts";
import { authoriseRequest } from "./authorise-request.ts";
import { compromiseVersion } from "./compromise-version.ts";
import { createConnection } from "./create-connection.ts";
import { createKey } from "./create-key.ts";
import { deactivateVersion } from "./deactivate-version.ts";
import type { Confirm, Effect, OperatorEffect, OwnerEffect } from "./effect.ts";
import { mintOperatorToken } from "./mint-operator-token.ts";
import { mintToken } from "./mint-token.ts";
import { moveKey } from "./move-key.ts";
import { removeConnection } from "./remove-connection.ts";
import { removeSampleTenant } from "./remove-sample-tenant.ts";
import { resumeKey } from "./resume-key.ts";
import { retireVersion } from "./retire-version.ts";
import { revokeOperatorToken } from "./revoke-operator-token.ts";
import { revokeToken } from "./revoke-token.ts";
import { rotateCmk } from "./rotate-cmk.ts";
import { rotateKey } from "./rotate-key.ts";
import { setConnectionSecret } from "./set-connection-secret.ts";
import { suspendKey } from "./suspend-key.ts";
import { testConnection } from "./test-connection.ts";

const EFFECTS: { [K in TenantKind]: Effect<K> } = {
  "create-key": createKey,
  "move-key": moveKey,
  "rotate-key": rotateKey,
  "suspend-key": suspendKey,
  "resume-key": resumeKey,
  "compromise-version": compromiseVersion,
  "deactivate-version": deactivateVersion,
  "retire-version": retireVersion,
  "attest-wraps": attestWraps,
  "mint-token": mintToken,
  "remove-sample-tenant": removeSampleTenant,
  "revoke-token": revokeToken,
};

const OWNER_EFFECTS: { [K in OwnerKind]: OwnerEffect<K> } = {
  "create-connection": createConnection,
  "set-connection-secret": setConnectionSecret,
  "test-connection": testConnection,
  "rotate-cmk": rotateCmk,
  "remove-connection": removeConnection,
};

const OPERATOR_EFFECTS: { [K in OperatorKind]: OperatorEffect<K> } = {
  "mint-operator-token": mintOperatorToken,
  "revoke-operator-token": revokeOperatorToken,
};

/** Tries of one operation before a provider or database that stays away makes it fail. */
const ATTEMPTS_MAX = 10;
const RETRY_SECONDS_MAX = 30;

/** Does what comes before the change, and returns how the change is made in the scope of the operation. */
const prepare = async (
  keeper: Keeper,
  operation: ClaimedOperation,
  kind: OperationKind,
): Promise<(end: <X extends AnyTx>(tx: X, confirm: Confirm<X>) => Promise<void>) => Promise<void>> => {
  const parsed = OPERATIONS[kind].input.safeParse(operation.input);
  const { tenantId } = operation;
  if (!parsed.success || (!isOwnerKind(kind) && isOperatorKind(kind) !== (tenantId === null)))
    throw new DomainError("INVALID_INPUT", "The operation's input is not as it should be.");
  const input = parsed.data as never;
  if (isOwnerKind(kind)) {
    const ownerId = tenantId ?? keeper.deploymentId;
    const confirm = await OWNER_EFFECTS[kind]({ keeper, operation: { ...operation, ownerId }, input });
    return (end) => withOwner(keeper, ownerId, (tx) => end(tx, confirm));
  }
  if (isOperatorKind(kind)) {
    const confirm = await OPERATOR_EFFECTS[kind]({ keeper, operation, input });
    return (end) => withOperator(keeper.db, (tx) => end(tx, confirm));
  }
  if (tenantId === null) throw new DomainError("INVALID_INPUT", "The operation is of no tenant.");
  const confirm = await EFFECTS[kind]({ keeper, operation: { ...operation, tenantId }, input });
  return (end) => withTenant(keeper.db, tenantId, (tx) => end(tx, confirm));
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
  await authoriseRequest(keeper, operation, permissionFor(kind, tenantId !== null));
  if (!(await withOperator(keeper.db, (tx) => holdsLease(tx, operation.id, keeper.id)))) return;
  const within = await prepare(keeper, operation, kind);
  await within(async (tx, confirm) => {
    const { outcome, events } = await confirm(tx);
    await writeEvents(
      tx,
      keeperMeta(keeper, operation.req),
      events.map((event) => ({ ...event, cause: operation.eventId })),
    );
    if (!(await endOperation(tx, operation.id, keeper.id, { state: "done", outcome }))) throw lostLease();
  });
  if (tenantId !== null) keeper.keks.drop(tenantId);
};

const fail = (keeper: Keeper, operation: ClaimedOperation, error: DomainError): Promise<void> => {
  const end = async (tx: AnyTx): Promise<void> => {
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
  };
  return operation.tenantId === null
    ? withOperator(keeper.db, end)
    : withTenant(keeper.db, operation.tenantId, end);
};

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
