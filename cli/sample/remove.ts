import type { ServiceContext } from "#lib/services/context.ts";
import { removeSampleTenant } from "#lib/services/sample/remove-sample-tenant.ts";
import { requestSampleRemoval } from "#lib/services/sample/request-sample-removal.ts";
import { createScene } from "./scene.ts";

/** Removes the sample: stops its loading, then has a keeper remove tenant by tenant. Their slugs. */
export const removeSample = async (ctx: ServiceContext, signal: AbortSignal): Promise<string[]> => {
  const { settle } = createScene(ctx, "", signal);
  const { result } = await requestSampleRemoval(ctx, {});
  for (const tenant of result.tenants) await settle(await removeSampleTenant(ctx, { tenant }));
  return result.tenants;
};
