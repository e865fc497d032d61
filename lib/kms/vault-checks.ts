import { randomUUID } from "node:crypto";
import type { Egress } from "./egress/egress.ts";
import { badResponse } from "./kms-error.ts";
import type { CallOptions, KmsChecks } from "./port.ts";
import { reachEndpoint } from "./reach.ts";
import { jsonOf, toKmsError } from "./vault-errors.ts";
import type { VaultSession } from "./vault-login.ts";

type Parts = {
  address: string;
  mount: string;
  keyName: string;
  namespace?: string;
  egress: Egress;
  session: VaultSession;
  /** The seconds after which Vault makes the next version by itself; 0 for never. */
  autoRotateSeconds: (call: CallOptions | undefined) => Promise<number>;
};

const DAY_S = 86_400;
const MAY = ["update", "sudo", "root"];
const MAY_DELETE = ["delete", "sudo", "root"];

/** What a connection's test asks of Vault. Its health endpoint answers whoever asks, sealed or not. */
export const vaultChecks = ({ address, mount, keyName, namespace, ...parts }: Parts): KmsChecks => ({
  reach: (call) => reachEndpoint(parts.egress, `${address}/v1/sys/health`, call?.signal),
  authenticate: async (call) => {
    await parts.session.token({ signal: call?.signal });
  },
  readSchedule: async (call) => {
    const seconds = await parts.autoRotateSeconds(call);
    return {
      automatic: seconds > 0,
      periodDays: seconds > 0 ? Math.round(seconds / DAY_S) : null,
      nextAt: null,
    };
  },
  judgePolicy: async (call) => {
    const other = `${mount}/decrypt/${randomUUID()}`;
    const own = `${mount}/keys/${keyName}`;
    const may = await capabilitiesOn({ address, namespace, ...parts }, [other, own], call);
    return [
      ...(MAY.some((needed) => may(other).includes(needed)) ? (["wildcard-policy"] as const) : []),
      ...(MAY_DELETE.some((needed) => may(own).includes(needed)) ? (["wildcard-actions"] as const) : []),
    ];
  },
  mayCreateVersion: async (call) => {
    const path = `${mount}/keys/${keyName}/rotate`;
    const may = await capabilitiesOn({ address, namespace, ...parts }, [path], call);
    return MAY.some((needed) => may(path).includes(needed));
  },
});

/** What our token may do, by path: every token may ask that of itself. */
const capabilitiesOn = async (
  { address, namespace, egress, session }: Pick<Parts, "address" | "namespace" | "egress" | "session">,
  paths: readonly string[],
  call: CallOptions | undefined,
): Promise<(path: string) => readonly unknown[]> => {
  const answer = await egress.send({
    method: "POST",
    url: new URL(`${address}/v1/sys/capabilities-self`),
    headers: {
      "x-vault-token": await session.token({ signal: call?.signal }),
      "content-type": "application/json",
      ...(namespace ? { "x-vault-namespace": namespace } : {}),
    },
    body: JSON.stringify({ paths }),
    signal: call?.signal,
  });
  if (answer.status !== 200) throw toKmsError(answer);
  const said = jsonOf(answer);
  return (path) => {
    const capabilities = said[path] ?? (paths.length === 1 ? said["capabilities"] : undefined);
    if (!Array.isArray(capabilities)) throw badResponse("Vault answered without capabilities.");
    return capabilities;
  };
};
