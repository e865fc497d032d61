import { DomainError, notFound } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import type { Keeper } from "../keeper.ts";
import type { AdminCaller } from "../tokens/caller.ts";
import { reportAdminDenial } from "../tokens/verify-admin.ts";

/**
 * The tenant that a request is about; null for all of them, which only the operator may ask for.
 *
 * @throws `INVALID_INPUT` for a service token that names none, `NOT_FOUND` when it names another's.
 */
export const tenantInScope = async (
  keeper: Keeper,
  caller: AdminCaller,
  asked: string | undefined,
  req: string,
): Promise<string | null> => {
  if (caller.tenant === null) return asked ?? null;
  if (asked === undefined)
    throw new DomainError("INVALID_INPUT", "Name the tenant: only an operator's token may leave it out.", {
      fields: { tenant: ["is needed"] },
    });
  if (asked === caller.tenant.slug) return asked;
  await reportAdminDenial(
    keeper,
    caller,
    "crypto:admin",
    slug.safeParse(asked).success ? asked : "unknown",
    req,
  );
  throw notFound("tenant");
};

/** A use case's context for a token that was let in by its scope: it may what a security admin may. */
export const adminContext = (keeper: Keeper, { tokenId }: AdminCaller, req: string): ServiceContext => ({
  db: keeper.db,
  source: "keeper",
  actor: { type: "token", id: tokenId, role: "security-admin" },
  req,
});
