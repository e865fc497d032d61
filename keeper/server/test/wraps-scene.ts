import { cliContext, mintTestToken, settle } from "#keeper/testing/test-keeper.ts";
import type { OperationView } from "#lib/domain/operation.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";
import type { Answer, TestPlane, TestTenant } from "./test-plane.ts";

export type Wrap = { wrapped_dek: string };
export type Rewrapped = {
  ok: boolean;
  changed: boolean;
  key_version: number;
  wrapped_dek: string;
  error?: { code: string };
};

/** What an application does with the wraps of one tenant, and what Keyfold counts of them. */
export type WrapsScene = {
  tenant: TestTenant;
  post(verb: string, body: unknown, token?: string): Promise<Answer>;
  encrypt(count: number, key?: string): Promise<Wrap[]>;
  rewrap(wraps: readonly Wrap[]): Promise<Rewrapped[]>;
  attest(version: number, issued: number): Promise<number>;
  retire(version?: number): Promise<OperationView>;
  /** Of each version, upwards. */
  issued(keyId?: string): Promise<number[]>;
  /** The rows of DEKs that were moved away, by the version that they were moved from. */
  moved(keyId?: string): Promise<Record<number, number>>;
};

export const createWrapsScene = async (plane: TestPlane, slug: string): Promise<WrapsScene> => {
  const tenant = await plane.tenant(slug);
  const post: WrapsScene["post"] = (verb, body, token = tenant.token) =>
    plane.call("POST", `/v1/tenants/${slug}/${verb}`, { token, body });
  const bulk = async <T extends { ok: boolean }>(verb: string, items: readonly unknown[]): Promise<T[]> => {
    const answer = await post(verb, { items });
    const { results } = answer.body;
    if (answer.status !== 200 || !results) throw new Error(answer.text);
    return results as T[];
  };
  return {
    tenant,
    post,
    encrypt: async (count, key = "default") => {
      const item = (_: unknown, n: number) => ({
        key,
        collection: "c",
        record: `${n}`,
        fields: { a: "YQ==" },
      });
      const made = await bulk<Wrap & { ok: boolean }>("encrypt", Array.from({ length: count }, item));
      return made.map(({ wrapped_dek }) => ({ wrapped_dek }));
    },
    rewrap: (wraps) => bulk<Rewrapped>("rewrap", wraps),
    attest: async (version, issued) => {
      const { token } = await mintTestToken(plane.t, plane.keeper, slug, ["crypto:admin"]);
      return (await post("attest", { version, issued }, token)).status;
    },
    retire: async (version = 1) => {
      const asked = { tenant: slug, key: "default", version, reason: "nothing stands under it any more" };
      return settle(plane.t, plane.keeper, await retireVersion(cliContext(plane.t), asked));
    },
    issued: async (keyId = tenant.keyId) => {
      const rows = await plane.t.superuser<{ issued: string }[]>`
        SELECT issued FROM key_version WHERE key_id = ${keyId} ORDER BY number`;
      return rows.map((row) => Number(row.issued));
    },
    moved: async (keyId = tenant.keyId) => {
      const rows = await plane.t.superuser<{ number: number; n: number }[]>`
        SELECT number, count(*)::int AS n FROM moved_wrap
        WHERE tenant_id = ${tenant.tenantId} AND key_id = ${keyId} GROUP BY number ORDER BY number`;
      return Object.fromEntries(rows.map(({ number, n }) => [number, n]));
    },
  };
};
