import type { Egress } from "./egress/egress.ts";
import { createGcpLogin, type GcpAuth } from "./gcp-auth.ts";
import { errorOfAnswer } from "./gcp-errors.ts";
import { badResponse, KmsError } from "./kms-error.ts";
import type { CmkWarning, KmsChecks } from "./port.ts";
import { reachEndpoint } from "./reach.ts";

type Parts = { name: string; auth: GcpAuth; endpoint: string | undefined; egress: Egress };

const DAY_S = 86_400;
/** Without these two there is no next version that wraps. */
const TO_ROTATE = ["cloudkms.cryptoKeyVersions.create", "cloudkms.cryptoKeys.update"];

const EVERYBODY = ["allUsers", "allAuthenticatedUsers"];
/** Roles that do more with a key than a connection ever needs. */
const BROAD_ROLES = ["roles/owner", "roles/editor", "roles/cloudkms.admin"];

type Binding = { role?: unknown; members?: unknown };

/** What the key's own policy lets in beyond need; what the project grants cannot be seen with the key. */
const judgeBindings = (bindings: readonly Binding[], own: string | null): CmkWarning[] => {
  const warnings = new Set<CmkWarning>();
  for (const { role, members } of bindings) {
    const who: readonly unknown[] = Array.isArray(members) ? members : [];
    if (who.some((member) => EVERYBODY.includes(String(member)))) warnings.add("wildcard-policy");
    if (own !== null && who.includes(own) && BROAD_ROLES.includes(String(role)))
      warnings.add("wildcard-actions");
  }
  return [...warnings];
};

const ownMember = (auth: GcpAuth): string | null => {
  const email = auth.kind === "service-account" ? auth.clientEmail : auth.serviceAccount;
  return email === undefined ? null : `serviceAccount:${email}`;
};

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
    judgePolicy: async (call) => {
      try {
        const { bindings } = await ask("GET", ":getIamPolicy", call?.signal);
        return judgeBindings(Array.isArray(bindings) ? bindings : [], ownMember(auth));
      } catch (error) {
        if (error instanceof KmsError && error.code === "KMS_ACCESS_DENIED") return ["policy-unread"];
        throw error;
      }
    },
    mayCreateVersion: async (call) => {
      const { permissions } = await ask("POST", ":testIamPermissions", call?.signal, {
        permissions: TO_ROTATE,
      });
      return TO_ROTATE.every((needed) => Array.isArray(permissions) && permissions.includes(needed));
    },
  };
};
