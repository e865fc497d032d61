import type { Egress } from "./egress/egress.ts";
import { badResponse } from "./kms-error.ts";
import { jsonOf, toKmsError } from "./vault-errors.ts";

export type VaultAuth =
  | { kind: "token"; token: string }
  | { kind: "approle"; roleId: string; secretId: string; mount?: string }
  | { kind: "jwt"; role: string; jwt: () => Promise<string>; mount?: string };

export type VaultSession = {
  /** A token that is good for a while longer; `stale` is one that Vault has refused. */
  token(options: { stale?: string; signal?: AbortSignal }): Promise<string>;
};

/** A token is replaced when a third of its time is left. */
const USED_SHARE = 2 / 3;

/** Logs in once, keeps the token, and logs in again before it ends or when Vault refuses it. */
export const createVaultSession = (
  { address, namespace, auth }: { address: string; namespace?: string; auth: VaultAuth },
  egress: Egress,
): VaultSession => {
  let held: { token: string; until: number } | undefined;
  let pending: Promise<string> | undefined;

  const login = async (signal: AbortSignal | undefined): Promise<string> => {
    if (auth.kind === "token") return auth.token;
    const fields =
      auth.kind === "approle"
        ? { role_id: auth.roleId, secret_id: auth.secretId }
        : { role: auth.role, jwt: await auth.jwt() };
    const answer = await egress.send({
      method: "POST",
      url: new URL(`${address}/v1/auth/${encodeURIComponent(auth.mount ?? auth.kind)}/login`),
      headers: {
        "content-type": "application/json",
        ...(namespace ? { "x-vault-namespace": namespace } : {}),
      },
      body: JSON.stringify(fields),
      signal,
    });
    if (answer.status !== 200) throw toKmsError(answer);
    const { client_token: token, lease_duration: leaseS } = (jsonOf(answer)["auth"] ?? {}) as Record<
      string,
      unknown
    >;
    if (typeof token !== "string" || typeof leaseS !== "number")
      throw badResponse("Vault logged in without a token.");
    held = { token, until: Date.now() + leaseS * 1000 * USED_SHARE };
    return token;
  };

  return {
    token: ({ stale, signal }) => {
      if (held !== undefined && held.token !== stale && held.until > Date.now())
        return Promise.resolve(held.token);
      pending ??= login(signal).finally(() => {
        pending = undefined;
      });
      return pending;
    },
  };
};
