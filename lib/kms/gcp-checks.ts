import type { Egress } from "./egress/egress.ts";
import { createGcpLogin, type GcpAuth } from "./gcp-auth.ts";
import { errorOfAnswer } from "./gcp-errors.ts";
import { badResponse } from "./kms-error.ts";
import type { KmsChecks } from "./port.ts";
import { reachEndpoint } from "./reach.ts";

type Parts = { name: string; auth: GcpAuth; endpoint: string | undefined; egress: Egress };

const DAY_S = 86_400;
/** Without these two there is no next version that wraps. */
const TO_ROTATE = ["cloudkms.cryptoKeyVersions.create", "cloudkms.cryptoKeys.update"];

/** What a connection's test asks of Google Cloud. */
export const gcpChecks = ({ name, auth, endpoint, egress }: Parts): KmsChecks => {
  const base = endpoint ?? "https://cloudkms.googleapis.com";
  const login = createGcpLogin(auth, egress, endpoint);
  const ask = async (
    method: "GET" | "POST",
    act: string,
    signal: AbortSignal | undefined,
    body?: object,
  ): Promise<Record<string, unknown>> => {
    const answer = await egress.send({
      method,
      url: new URL(`${base}/v1/${name}${act}`),
      headers: { authorization: `Bearer ${await login()}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
      signal,
    });
    if (answer.status !== 200) throw errorOfAnswer(answer);
    try {
      return JSON.parse(answer.body.toString("utf8")) as Record<string, unknown>;
    } catch {
      throw badResponse("Google Cloud KMS did not answer with JSON.");
    }
  };
  return {
    reach: (call) => reachEndpoint(egress, base, call?.signal),
    authenticate: async () => {
      await createGcpLogin(auth, egress, endpoint)();
    },
    readSchedule: async (call) => {
      const { rotationPeriod, nextRotationTime } = await ask("GET", "", call?.signal);
      const seconds = Number(String(rotationPeriod ?? "").replace(/s$/, ""));
      return {
        automatic: typeof rotationPeriod === "string",
        periodDays: seconds > 0 ? Math.round(seconds / DAY_S) : null,
        nextAt: typeof nextRotationTime === "string" ? new Date(nextRotationTime) : null,
      };
    },
    mayCreateVersion: async (call) => {
      const { permissions } = await ask("POST", ":testIamPermissions", call?.signal, {
        permissions: TO_ROTATE,
      });
      return TO_ROTATE.every((needed) => Array.isArray(permissions) && permissions.includes(needed));
    },
  };
};
