import { findDeploymentId } from "#db/queries/platform.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import { asPlatform } from "#db/tenant-tx.ts";
import type { z } from "#lib/domain/zod.ts";
import type { Query } from "../define-query.ts";
import { defineOperatorQuery, defineQuery } from "../define-query.ts";

/** One question about connections as two use cases: about a tenant's, and about the platform's. */
export const defineConnectionQuery = <S extends z.ZodType, R>(
  input: S,
  read: (args: { tx: OwnerTx; input: z.output<S> }) => Promise<R>,
): { ofTenant: Query<R>; ofPlatform: Query<R> } => ({
  ofTenant: defineQuery({ permission: "connection:read", input, read }),
  ofPlatform: defineOperatorQuery({
    permission: "platform-connection:read",
    input,
    read: async ({ tx, input: asked }) =>
      read({ tx: asPlatform(tx, await findDeploymentId(tx)), input: asked }),
  }),
});
