import type { Logger } from "pino";
import type { Database } from "#db/client.ts";
import type { Keyring } from "#lib/crypto/keyring.ts";
import type { DeploymentId, TenantId } from "#lib/domain/ids.ts";
import type { RootCount } from "#lib/kms/local-roots.ts";
import type { KmsAdapter, KmsProvider } from "#lib/kms/port.ts";
import type { EventMeta } from "#lib/services/audit/write-event.ts";
import type { ConnectionBook } from "./connections/book.ts";
import type { Foreground } from "./foreground/foreground.ts";
import type { KekCache } from "./keys/kek-cache.ts";
import type { RequestRates } from "./tokens/request-rates.ts";

/** The platform CMK as this keeper loaded it. */
export type PlatformCmk = { id: string; provider: KmsProvider; number: number };

/** The root keys of the local provider that this keeper was given. */
export type KeeperRoots = {
  /** Previous roots are given beside the current one. */
  dual: boolean;
  /** The roots' ids, the current one first. They tell nothing of the keys. */
  ids: readonly string[];
  /** How many CMK files are under which. */
  count(): Promise<RootCount>;
  /** Moves CMK files to the current root, unless a keeper lives that does not know it. */
  move(): Promise<"done" | "waiting">;
};

/** One keeper process: what its parts share. */
export type Keeper = {
  /** This process's own id, in leases and heartbeats. */
  id: string;
  deploymentId: DeploymentId;
  db: Database;
  /** The sequencer's login: the one that may write leaves and heads. */
  sequencerDb: Database;
  /** Where hints are listened to when `db` leads through a pooler; `null` for nowhere. */
  hintsDb?: Database | null;
  dataDir: string;
  keyring: Keyring;
  platform: PlatformCmk;
  roots: KeeperRoots;
  /** The adapter of the platform CMK, by our id of it. Of any CMK: `openCmk`. */
  kms: (cmkId: string) => KmsAdapter;
  keks: KekCache;
  /** The tenants' own ways to a KMS. */
  connections: ConnectionBook;
  /** How long backups of the database are kept; null is unknown. */
  backupSeconds: number | null;
  /** How long this keeper's requests take. */
  foreground: Foreground;
  /** How much of their limits tokens have used up with this keeper. */
  requestRates: RequestRates;
  log: Logger;
  /** Ends the loops. */
  stop: AbortSignal;
};

/** What the keeper says of itself in the log. */
export const keeperMeta = (keeper: Pick<Keeper, "id">, req: string): EventMeta => ({
  source: "keeper",
  actor: { type: "keeper", id: keeper.id },
  req,
});

/** The one key that collections belong to unless told otherwise. */
export const DEFAULT_KEY = "default";

export type TenantRef = { id: TenantId; slug: string };
