import { findConnectionByName } from "#db/queries/connection-read.ts";
import { findDeploymentId } from "#db/queries/platform.ts";
import { findNewestSealingKey } from "#db/queries/sealing-key.ts";
import type { OwnerTx } from "#db/tenant-tx.ts";
import { asPlatform, withOperator, withTenant } from "#db/tenant-tx.ts";
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
  /** `tenant` is the owner: the tenant's id, or the deployment's. */
  place: { tenant: string; connection: string; field: string; revision: number };
};

const Tenant = z.object({ tenant: z.string().max(200) });
const Connection = z.object({ connection: z.string().max(200) });

const findPlace = async (tx: OwnerTx, name: string): Promise<SealingPlace["place"]> => {
  const connection = await findConnectionByName(tx, name);
  if (!connection) throw notFound("connection");
  const field = secretFieldOf(ConnectionConfig.parse(connection.config));
  if (field === null) throw new DomainError("INVALID_STATE", "This connection needs no secret.");
  return {
    tenant: tx.ownerId,
    connection: connection.id,
    field,
    revision: connection.secretRevision + 1,
  };
};

const withKey = async (ctx: ServiceContext, place: SealingPlace["place"]): Promise<SealingPlace> => {
  // The keepers' key is the deployment's, of no tenant.
  const key = await withOperator(ctx.db, findNewestSealingKey);
  if (!key)
    throw new DomainError("UNAVAILABLE", "The keeper has not made its key for secrets yet. Try again.");
  return { publicKey: Buffer.from(key.publicKey).toString("base64url"), place };
};

const ofTenant = async (ctx: ServiceContext, raw: unknown): Promise<SealingPlace> => {
  const tenant = await findTenant(ctx, parseInput(Tenant, raw).tenant);
  await authorise(ctx, "connection:manage", tenant.id);
  const { connection } = parseInput(Connection, raw);
  return withKey(ctx, await withTenant(ctx.db, tenant.id, (tx) => findPlace(tx, connection)));
};

const ofPlatform = async (ctx: ServiceContext, raw: unknown): Promise<SealingPlace> => {
  await authorise(ctx, "platform-connection:manage", null);
  const { connection } = parseInput(Connection, raw);
  const place = await withOperator(ctx.db, async (tx) =>
    findPlace(asPlatform(tx, await findDeploymentId(tx)), connection),
  );
  return withKey(ctx, place);
};

/** What whoever types a connection's secret needs to seal it to the keepers, on their own machine. */
export const getSealingPlace = Object.assign(ofTenant, { permission: "connection:manage" as const });
/** The same of the platform. */
export const getPlatformSealingPlace = Object.assign(ofPlatform, {
  permission: "platform-connection:manage" as const,
});
