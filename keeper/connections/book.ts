import type { OwnerId } from "#lib/domain/ids.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import type { KmsConnection } from "#lib/kms/registry.ts";
import { createKmsRegistry } from "#lib/kms/registry.ts";
import type { ConnectionPolicy } from "./policy.ts";

/** A connection as this keeper has it open. */
export type OpenConnection = { ownerId: OwnerId; rev: number; link: KmsConnection; adapter: KmsAdapter };

/** The connections that this keeper has open, and by what policy. */
export type ConnectionBook = {
  policy: ConnectionPolicy;
  /** The connection at this rev, made when it is not open or has changed since. */
  at(
    row: { ownerId: OwnerId; id: string; rev: number },
    make: (link: (options: LinkOptions) => KmsConnection) => Promise<KmsAdapter>,
  ): Promise<OpenConnection>;
  list(): readonly [id: string, open: OpenConnection][];
  close(): void;
};

type LinkOptions = Omit<Parameters<ReturnType<typeof createKmsRegistry>["connection"]>[0], "id">;

/** Each connection has limits, a breaker and counts of its own: one tenant's dead KMS slows nobody else. */
export const createConnectionBook = (policy: ConnectionPolicy): ConnectionBook => {
  const registry = createKmsRegistry();
  const open = new Map<string, OpenConnection>();
  return {
    policy,
    at: async ({ ownerId, id, rev }, make) => {
      const held = open.get(id);
      if (held?.rev === rev) return held;
      registry.drop(id);
      const made: { link?: KmsConnection } = {};
      const adapter = await make((options) => (made.link = registry.connection({ id, ...options })));
      if (!made.link) throw new TypeError("A connection was made without its link.");
      const opened = { ownerId, rev, link: made.link, adapter };
      open.set(id, opened);
      return opened;
    },
    list: () => [...open],
    close: () => {
      open.clear();
      registry.close();
    },
  };
};
