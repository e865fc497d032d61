import { createPrivateKey, sign } from "node:crypto";
import type { Egress, EgressAnswer } from "./egress/egress.ts";
import { errorOfLogin } from "./gcp-errors.ts";
import { badResponse, KmsError } from "./kms-error.ts";

/** Only fields that are read one by one: a file of Google's own form may name a URL, a path or a program to run. */
export type GcpAuth =
  | { kind: "service-account"; clientEmail: string; privateKeyPem: string }
  /** A workload identity: the customer's pool trusts the issuer of our token. */
  | { kind: "federated"; audience: string; subjectToken: () => Promise<string>; serviceAccount?: string };

/** What the machine has, asked for by the SDK itself: for the operator's own key alone. */
export type GcpAmbient = { kind: "ambient" };

const SCOPE = "https://www.googleapis.com/auth/cloudkms";
const ASSERTION_S = 3600;
const REPLACED_BEFORE_MS = 5 * 60_000;

type Token = { token: string; until: number };

/** Gets access tokens and keeps each until shortly before it ends. `endpoint` stands for every host of Google's. */
export const createGcpLogin = (
  auth: GcpAuth,
  egress: Egress,
  endpoint: string | undefined,
): (() => Promise<string>) => {
  let held: Token | undefined;
  let pending: Promise<Token> | undefined;
  const at = (host: string, path: string): URL => new URL(`${endpoint ?? `https://${host}`}${path}`);
  return async () => {
    if (held !== undefined && held.until - REPLACED_BEFORE_MS > Date.now()) return held.token;
    pending ??= (
      auth.kind === "service-account" ? loginAsAccount(auth, egress, at) : loginFederated(auth, egress, at)
    ).finally(() => {
      pending = undefined;
    });
    held = await pending;
    return held.token;
  };
};

type At = (host: string, path: string) => URL;

const loginAsAccount = async (
  auth: Extract<GcpAuth, { kind: "service-account" }>,
  egress: Egress,
  at: At,
): Promise<Token> => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: auth.clientEmail,
    scope: SCOPE,
    aud: "https://oauth2.googleapis.com/token",
    iat: now,
    exp: now + ASSERTION_S,
  };
  const unsigned = [{ alg: "RS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = sign("sha256", Buffer.from(unsigned), privateKeyOf(auth.privateKeyPem)).toString(
    "base64url",
  );
  return askForToken(egress, at("oauth2.googleapis.com", "/token"), {
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: `${unsigned}.${signature}`,
  });
};

const loginFederated = async (
  auth: Extract<GcpAuth, { kind: "federated" }>,
  egress: Egress,
  at: At,
): Promise<Token> => {
  const own = await askForToken(egress, at("sts.googleapis.com", "/v1/token"), {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    audience: auth.audience,
    scope: auth.serviceAccount ? "https://www.googleapis.com/auth/cloud-platform" : SCOPE,
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    subject_token: await auth.subjectToken(),
  });
  if (auth.serviceAccount === undefined) return own;
  const path = `/v1/projects/-/serviceAccounts/${encodeURIComponent(auth.serviceAccount)}:generateAccessToken`;
  const answer = await egress.send({
    method: "POST",
    url: at("iamcredentials.googleapis.com", path),
    headers: { "content-type": "application/json", authorization: `Bearer ${own.token}` },
    body: JSON.stringify({ scope: [SCOPE] }),
  });
  const { accessToken, expireTime } = readLogin(answer);
  return tokenOf(accessToken, Date.parse(String(expireTime)));
};

const askForToken = async (egress: Egress, url: URL, form: Record<string, string>): Promise<Token> => {
  const answer = await egress.send({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
  const { access_token: token, expires_in: seconds } = readLogin(answer);
  return tokenOf(token, Date.now() + Number(seconds) * 1000);
};

const readLogin = (answer: EgressAnswer): Record<string, unknown> => {
  if (answer.status !== 200) throw errorOfLogin(answer);
  try {
    return JSON.parse(answer.body.toString("utf8")) as Record<string, unknown>;
  } catch {
    throw badResponse("Google Cloud logged in without a token.");
  }
};

const tokenOf = (token: unknown, until: number): Token => {
  if (typeof token !== "string" || !Number.isFinite(until))
    throw badResponse("Google Cloud logged in without a token.");
  return { token, until };
};

const privateKeyOf = (pem: string) => {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new KmsError(
      "KMS_MISCONFIGURED",
      "The private key of the service account cannot be read.",
      {},
      error,
    );
  }
};
