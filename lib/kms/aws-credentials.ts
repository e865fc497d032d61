import { createHash, createHmac } from "node:crypto";
import { dnsSuffix, type KeyArn } from "./aws-arn.ts";
import { toKmsError } from "./aws-errors.ts";
import type { Egress, EgressAnswer } from "./egress/egress.ts";
import { badResponse } from "./kms-error.ts";

export type AwsSecret = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type AwsAuth =
  /** Access keys, for development. */
  | ({ kind: "static" } & AwsSecret)
  /** What the machine has: an instance or pod role. */
  | { kind: "ambient" }
  /** The customer's role, which trusts us for our external id alone. */
  | {
      kind: "role";
      roleArn: string;
      externalId: string;
      from: ({ kind: "static" } & AwsSecret) | { kind: "ambient" };
    };

export type AwsCredentials = AwsSecret & { expiration?: Date };

const SESSION_S = 3600;
const REPLACED_BEFORE_MS = 5 * 60_000;

/** Assumes the role and keeps its credentials until shortly before they end. */
export const assumeRole = (
  role: { roleArn: string; externalId: string },
  from: () => Promise<AwsSecret>,
  key: KeyArn,
  egress: Egress,
  endpoint: string | undefined,
): (() => Promise<AwsCredentials>) => {
  let held: AwsCredentials | undefined;
  let pending: Promise<AwsCredentials> | undefined;
  const ask = async (): Promise<AwsCredentials> => {
    const url = new URL(endpoint ?? `https://sts.${key.region}.${dnsSuffix(key)}/`);
    const body = new URLSearchParams({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: role.roleArn,
      ExternalId: role.externalId,
      RoleSessionName: "keyfold",
      DurationSeconds: String(SESSION_S),
    }).toString();
    const answer = await egress.send({
      method: "POST",
      url,
      headers: signHeaders(url, body, await from(), { service: "sts", region: key.region }, new Date()),
      body,
    });
    if (answer.status !== 200) throw refusal(answer);
    held = readCredentials(answer.body.toString("utf8"));
    return held;
  };
  return () => {
    if (held?.expiration && held.expiration.getTime() - REPLACED_BEFORE_MS > Date.now())
      return Promise.resolve(held);
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    return pending;
  };
};

/** Asks STS whose the credentials are: the one call that every principal may make. */
export const askWhoWeAre = async (
  secret: AwsSecret,
  key: KeyArn,
  egress: Egress,
  endpoint: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const url = new URL(endpoint ?? `https://sts.${key.region}.${dnsSuffix(key)}/`);
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const headers = signHeaders(url, body, secret, { service: "sts", region: key.region }, new Date());
  const answer = await egress.send({ method: "POST", url, headers, body, signal });
  if (answer.status !== 200) throw refusal(answer);
};

const FORM = "application/x-www-form-urlencoded";

/** Signature Version 4 of a POST with a form, as the "Signature Version 4 signing process" of AWS describes it. */
export const signHeaders = (
  url: URL,
  body: string,
  secret: AwsSecret,
  { service, region }: { service: string; region: string },
  now: Date,
): Record<string, string> => {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = stamp.slice(0, 8);
  const headers: Record<string, string> = { "content-type": FORM, host: url.host, "x-amz-date": stamp };
  if (secret.sessionToken) headers["x-amz-security-token"] = secret.sessionToken;
  const names = Object.keys(headers).toSorted();
  const canonical = [
    "POST",
    url.pathname,
    "",
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    sha256(body),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(
    (previous, part) => hmac(previous, part),
    `AWS4${secret.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString("hex");
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${secret.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

const field = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

const readCredentials = (xml: string): AwsCredentials => {
  const [accessKeyId, secretAccessKey, sessionToken, until] = [
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
  ].map((name) => field(xml, name));
  const expiration = new Date(until ?? "");
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime()))
    throw badResponse("AWS STS answered without credentials.");
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
};

const refusal = (answer: EgressAnswer): Error => {
  const text = answer.body.toString("utf8");
  const error = Object.assign(new Error("AWS STS refused the role."), {
    $metadata: { httpStatusCode: answer.status, requestId: field(text, "RequestId") },
  });
  error.name = field(text, "Code") ?? "";
  return toKmsError(error);
};
