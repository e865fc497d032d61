import type { KekBinding } from "#lib/crypto/kek-payload.ts";
import type { OwnerId } from "#lib/domain/ids.ts";

/** What a connection's canary is bound to: the connection stands where a key would. */
export const canaryBinding = (ownerId: OwnerId, connectionId: string): KekBinding => ({
  tenant: ownerId,
  key: connectionId,
  purpose: "canary",
  version: 1,
});
