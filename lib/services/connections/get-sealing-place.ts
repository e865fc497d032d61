import { findConnectionByName } from "#db/queries/connection-read.ts";
import { findNewestSealingKey } from "#db/queries/sealing-key.ts";
import { withOperator, withTenant } from "#db/tenant-tx.ts";
import { ConnectionConfig, secretFieldOf } from "#lib/domain/connection.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import { authorise } from "../authorise.ts";
import type { ServiceContext } from "../context.ts";
import { findTenant } from "../find-tenant.ts";
import { parseInput } from "../parse-input.ts";

/** Whom a connection's secret is sealed to, and for which place. */
export type SealingPlace = {
  publicKey: string;
  place: { tenant: string; connection: string; field: string; revision: number };
};

const Input = z.object({ tenant: z.string().max(200), connection: z.string().max(200) });

const read = async (ctx: ServiceContext, raw: unknown): Promise<SealingPlace> => {
  const { tenant: slug } = parseInput(Input.pick({ tenant: true }), raw);
  const tenant = await findTenant(ctx, slug);
  await authorise(ctx, "connection:manage", tenant.id);
  const input = parseInput(Input, raw);
  const connection = await withTenant(ctx.db, tenant.id, (tx) => findConnectionByName(tx, input.connection));
  if (!connection) throw notFound("connection");
  const field = secretFieldOf(ConnectionConfig.parse(connection.config));
  if (field === null) throw new DomainError("INVALID_STATE", "This connection needs no secret.");
  // The keepers' key is the deployment's, of no tenant.
  const key = await withOperator(ctx.db, findNewestSealingKey);
  if (!key)
    throw new DomainError("UNAVAILABLE", "The keeper has not made its key for secrets yet. Try again.");
  return {
    publicKey: Buffer.from(key.publicKey).toString("base64url"),
    place: {
      tenant: tenant.id,
      connection: connection.id,
      field,
      revision: connection.secretRevision + 1,
    },
  };
};

/** What whoever types a connection's secret needs to seal it to the keepers, on their own machine. */
export const getSealingPlace = Object.assign(read, { permission: "connection:manage" as const });
