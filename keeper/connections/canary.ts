import type { KekBinding } from "#lib/crypto/kek-payload.ts";
import type { TenantId } from "#lib/domain/ids.ts";

/** What a connection's canary is bound to: the connection stands where a key would. */
export const canaryBinding = (tenantId: TenantId, connectionId: string): KekBinding => ({
  tenant: tenantId,
  key: connectionId,
  purpose: "canary",
  version: 1,
});
