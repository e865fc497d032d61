import { notFound } from "#lib/domain/errors.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { getPlatformConnection } from "#lib/services/connections/get-connection.ts";

/** The id of a connection of the platform, as a key's request names it. */
export const platformConnectionId = async (
  ctx: ServiceContext,
  name: string | undefined,
): Promise<{ platformConnection?: string }> => {
  if (name === undefined) return {};
  const { connection } = await getPlatformConnection(ctx, { connection: name });
  if (!connection) throw notFound("connection");
  return { platformConnection: connection.id };
};
