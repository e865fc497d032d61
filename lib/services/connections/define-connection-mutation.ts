import { findDeploymentId } from "#db/queries/platform.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import { asPlatform } from "#db/tenant-tx.ts";
import type { EventDraft } from "#lib/domain/audit-catalogue.ts";
import type { OperationDraft } from "#lib/domain/operation.ts";
import type { z } from "#lib/domain/zod.ts";
import type { Mutation } from "../define-mutation.ts";
import { defineMutation, defineOperatorMutation } from "../define-mutation.ts";

type Verb = "manage" | "test" | "rotate";

type Definition<S extends z.ZodType, R> = {
  verb: Verb;
  input: S;
  commit: (args: { tx: OwnerTx; input: z.output<S>; operationId: string }) => Promise<{
    result: R;
    event: EventDraft;
    operation: OperationDraft;
  }>;
};

/**
 * One change of a connection as two use cases: of a tenant, named by its slug in `raw.tenant`, and of the platform. Each
 * has a permission of its own, and sees no other connections than its owner's.
 */
export const defineConnectionMutation = <S extends z.ZodType, R>({
  verb,
  input,
  commit,
}: Definition<S, R>): { ofTenant: Mutation<R>; ofPlatform: Mutation<R> } => ({
  ofTenant: defineMutation({ permission: `connection:${verb}`, input, commit }),
  ofPlatform: defineOperatorMutation({
    permission: `platform-connection:${verb}`,
    input,
    commit: async ({ tx, ...args }) => commit({ ...args, tx: asPlatform(tx, await findDeploymentId(tx)) }),
  }),
});
