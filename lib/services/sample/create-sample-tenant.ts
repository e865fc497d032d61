import { holdSample } from "#db/queries/sample.ts";
import { findLoggedTenant, insertTenant } from "#db/queries/tenant.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import type { TenantId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import { defineOperatorMutation } from "../define-mutation.ts";
import { CreateTenantInput } from "../tenants/create-tenant.ts";

const TRIES = 100;

/** Makes a tenant that is marked as one of the sample. A slug that is taken, or was once, gets a number behind it. */
export const createSampleTenant = defineOperatorMutation({
  permission: "sample:manage",
  input: CreateTenantInput,
  commit: async ({ tx, input }) => {
    const run = await holdSample(tx);
    if (run?.state !== "loading") throw notFound("sample that is being loaded");
    let { slug } = input;
    for (let n = 2; await findLoggedTenant(tx, slug); n += 1) {
      if (n > TRIES) throw new DomainError("CONFLICT", `The slug ${input.slug} is taken.`);
      slug = `${input.slug}-${n}`;
    }
    const id = newId<TenantId>();
    await insertTenant(tx, { id, slug, name: input.name, sample: true });
    return {
      result: { id, slug },
      event: { action: "tenant.created", target: { type: "tenant", id }, detail: { slug } },
      tenant: id,
    };
  },
});
