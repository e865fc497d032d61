import type { ClaimedOperation } from "#db/queries/operation-claim.ts";
import { findSealedPerson } from "#db/queries/person.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { verifyGrantMac } from "#lib/crypto/grant-mac.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import type { Permission } from "#lib/domain/permissions.ts";
import { may } from "#lib/domain/permissions.ts";
import type { Keeper } from "../keeper.ts";
import { personPairs } from "../people/person-pairs.ts";

const refused = (reason: string): DomainError =>
  new DomainError("FORBIDDEN", "Whoever asked for this may not have it.", { reason });

/**
 * Looks again whether the asking person may: the console wrote the request, but the role that counts is the one
 * a keeper put its MAC on. The command line's login is the operator's own credential on this machine.
 */
export const authoriseRequest = async (
  keeper: Keeper,
  operation: ClaimedOperation,
  permission: Permission,
): Promise<void> => {
  // The source is the database's word on who wrote the intent, not the writer's.
  if (operation.source === "cli" || operation.source === "keeper") return;
  if (operation.actorType !== "person" || !isUuid(operation.actorId)) throw refused("not a person");
  const row = await withOperator(keeper.db, (tx) => findSealedPerson(tx, operation.actorId));
  if (!row) throw refused("unknown person");
  if (!verifyGrantMac(keeper.keyring, "person", personPairs(row), row.mac)) throw refused("mac");
  if (row.rev < row.toldRev) throw refused("rev");
  if (!may(row.role, permission)) throw refused(permission);
};
