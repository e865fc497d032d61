import { DomainError, isErrorCode } from "#lib/domain/errors.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import { awaitOperation } from "#lib/services/operations/await-operation.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { adminContext } from "./job-scope.ts";

/** Longer than the effect waits for writers, and less than what stands before a keeper waits for its answer. */
const WAIT_MS = 20_000;

type Asked = { tenant: string; key: string; version: number; reason?: string | undefined };
type Named = { key_id: string; key_version: number };

/**
 * Asks for a version to be destroyed, as people do, and waits for the keeper that does it; with the operation's id when it
 * has not ended by then: it stays on record and is done all the same.
 *
 * @throws what the gate refused it with: `APPROVAL_REQUIRED`, `INVALID_STATE`; `VERSION_RETIRED`, `NOT_FOUND`, `CONFLICT`
 */
export const retireAndWait = async (
  keeper: Keeper,
  caller: AdminCaller,
  input: Asked,
  req: string,
): Promise<(Named & { state: "destroyed" }) | (Named & { operation: string })> => {
  const ctx = adminContext(keeper, caller, req);
  const { result, operationId } = await retireVersion(ctx, input);
  if (operationId === null) throw new DomainError("INTERNAL", "Nothing was asked of a keeper.");
  const { state, error } = await awaitOperation(ctx, operationId, { timeoutMs: WAIT_MS });
  const named = { key_id: result.keyId, key_version: result.version };
  switch (state) {
    case "done":
      return { ...named, state: "destroyed" };
    case "failed": {
      const { code = "INTERNAL", message = "" } = error ?? {};
      throw new DomainError(isErrorCode(code) ? code : "INTERNAL", message);
    }
    case "pending":
    case "running":
      return { ...named, operation: operationId };
    default:
      throw new Error(`keeper/admin/retire-and-wait.ts knows no operation state ${state satisfies never}`);
  }
};
