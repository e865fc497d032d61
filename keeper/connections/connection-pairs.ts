import { createHash } from "node:crypto";
import type { SealedConnection } from "#db/queries/connection.ts";
import { encodePairs, type Pairs } from "#lib/crypto/encryption-context.ts";
import type { OwnerId } from "#lib/domain/ids.ts";

/** The table whose name stands before the pairs in a connection's grant MAC. */
export const CONNECTION_TABLE = "kms_connection";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The pairs that a connection's grant MAC covers: all it says, its secret by the hash of the sealed bytes. */
export const connectionPairs = (ownerId: OwnerId, row: Omit<SealedConnection, "mac" | "toldRev">): Pairs => ({
  tenant: ownerId,
  id: row.id,
  provider: row.provider,
  custody: row.custody,
  config: sha256(encodePairs(row.config)),
  external_id: row.externalId ?? "",
  key: row.providerKeyId,
  secret: row.secret === null ? "" : sha256(row.secret),
  secret_revision: String(row.secretRevision),
  removed_at: row.removedAt ?? "",
  rev: String(row.rev),
});
