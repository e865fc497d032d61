import type { TokenCredential } from "@azure/identity";
import type { KeyClient } from "@azure/keyvault-keys";
import type { Egress } from "./egress/egress.ts";
import type { KmsChecks } from "./port.ts";
import { reachEndpoint } from "./reach.ts";

type Parts = {
  vaultUrl: string;
  keyName: string;
  keys: KeyClient;
  credential: TokenCredential;
  egress: Egress;
  /** Another directory than Azure's stands behind the vault, and knows the public cloud's name of it. */
  isElsewhere: boolean;
};

const DAYS_OF = { D: 1, W: 7, M: 30, Y: 365 };

/** The days in an ISO 8601 duration of one part, as rotation policies have them. */
const daysIn = (duration: string | undefined): number | null => {
  const [, count, unit] = /^P(\d+)([DWMY])$/.exec(duration ?? "") ?? [];
  return count === undefined ? null : Number(count) * DAYS_OF[unit as keyof typeof DAYS_OF];
};

const scopeOf = ({ vaultUrl, isElsewhere }: Parts): string => {
  const host = new URL(vaultUrl).hostname;
  return `https://${isElsewhere ? "vault.azure.net" : host.slice(host.indexOf(".") + 1)}/.default`;
};

/** What a connection's test asks of a vault. Whether a role may rotate, Azure tells nobody but its administrators. */
export const azureChecks = (parts: Parts): KmsChecks => ({
  reach: (call) => reachEndpoint(parts.egress, parts.vaultUrl, call?.signal),
  authenticate: async (call) => {
    await parts.credential.getToken(scopeOf(parts), { abortSignal: call?.signal });
  },
  readSchedule: async (call) => {
    const policy = await parts.keys.getKeyRotationPolicy(parts.keyName, { abortSignal: call?.signal });
    const rotate = policy.lifetimeActions?.find(({ action }) => action === "Rotate");
    return { automatic: rotate !== undefined, periodDays: daysIn(rotate?.timeAfterCreate), nextAt: null };
  },
});
