import { randomBytes, randomUUID } from "node:crypto";
import { type Clock, unixSeconds } from "./clock.ts";
import type { Answer, Call } from "./server.ts";

const TOKEN_S = 3600;

export type App = { tenantId: string; clientId: string; secret?: string; assertion?: string };

/** The token endpoint of Microsoft Entra ID for apps with a secret or a federated assertion. */
export const createIdentity = (clock: Clock, origin: () => string) => {
  const apps = new Map<string, App>();
  const tokens = new Map<string, { clientId: string; tenantId: string; until: number }>();
  const expired = new Set<string>();
  const now = (): number => unixSeconds(clock.now());

  const answer = (call: Call): Answer => {
    const [, tenantId = ""] = call.url.pathname.split("/");
    if (call.url.pathname.endsWith("/openid-configuration")) return discovery(origin(), tenantId);
    const form = new URLSearchParams(call.body.toString("utf8"));
    const app = apps.get(form.get("client_id") ?? "");
    if (app === undefined || app.tenantId !== tenantId)
      return refused(700016, "Application was not found in the directory. The customer may have removed it.");
    if (expired.has(app.clientId)) return refused(7000222, "The provided client secret keys are expired.");
    const assertion = form.get("client_assertion");
    if (assertion !== null && assertion !== app.assertion)
      return refused(700213, "No matching federated identity record found for presented assertion subject.");
    if (assertion === null && form.get("client_secret") !== app.secret)
      return refused(7000215, "Invalid client secret provided.");
    const token = `e.${randomBytes(24).toString("base64url")}.s`;
    tokens.set(token, { clientId: app.clientId, tenantId, until: now() + TOKEN_S });
    return {
      status: 200,
      body: { token_type: "Bearer", expires_in: TOKEN_S, ext_expires_in: TOKEN_S, access_token: token },
    };
  };

  return {
    answer,
    addApp: (app: App): void => {
      expired.delete(app.clientId);
      apps.set(app.clientId, app);
    },
    expireSecret: (input: { clientId: string }): void => void expired.add(input.clientId),
    removeApp: (input: { clientId: string }): void => void apps.delete(input.clientId),
    /** The app that a call's token was given to, or undefined. */
    callerOf: (call: Call): string | undefined => {
      const held = tokens.get((call.headers["authorization"] ?? "").replace(/^Bearer /, ""));
      return held !== undefined && held.until > now() ? held.clientId : undefined;
    },
  };
};

const discovery = (origin: string, tenantId: string): Answer => ({
  status: 200,
  body: {
    issuer: `${origin}/${tenantId}/v2.0`,
    authorization_endpoint: `${origin}/${tenantId}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
    end_session_endpoint: `${origin}/${tenantId}/oauth2/v2.0/logout`,
  },
});

const refused = (code: number, text: string): Answer => ({
  status: code === 700016 ? 400 : 401,
  body: {
    error: code === 700016 ? "unauthorized_client" : "invalid_client",
    error_description: `AADSTS${code}: ${text}`,
    error_codes: [code],
    correlation_id: randomUUID(),
  },
});
