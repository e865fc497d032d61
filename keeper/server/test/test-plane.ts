import { inject } from "vitest";
import type { FastifyInstance } from "fastify";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { AccessLog } from "#keeper/access/access-log.ts";
import type { FailureLog } from "#keeper/access/failure-log.ts";
import type { Keeper } from "#keeper/keeper.ts";
import type { CryptoPool } from "#keeper/threads/crypto-pool.ts";
import { createDataPlane } from "#keeper/records/data-plane.ts";
import { createApp } from "#keeper/server/create-app.ts";
import { createTestKeeper, makeTenantWithKey, mintTestToken } from "#keeper/testing/test-keeper.ts";
import type { KeyId, TenantId } from "#lib/domain/ids.ts";

export type Call = {
  token?: string;
  body?: unknown;
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
};
export type Answer = {
  status: number;
  body: {
    error?: { code: string; message: string; request_id: string };
    fields?: Record<string, string>;
    results?: { ok: boolean; status?: number; error?: { code: string } }[];
    [name: string]: unknown;
  };
  text: string;
  headers: Record<string, unknown>;
};
export type TestTenant = { tenantId: TenantId; slug: string; keyId: KeyId; token: string; tokenId: string };

/** The data plane over a suite's own database, called over HTTP. */
export type TestPlane = {
  t: TestDatabase;
  keeper: Keeper;
  app: FastifyInstance;
  access: AccessLog;
  failures: FailureLog;
  crypto: CryptoPool;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  tenant(slug: string): Promise<TestTenant>;
  /** The details of the events of an action, oldest first. */
  events(action: string): Promise<{ tenant: string; actor: string; detail: Record<string, unknown> }[]>;
  close(): Promise<void>;
};

export const recordPath = (slug: string, collection: string, record: string): string =>
  `/v1/tenants/${slug}/records/${encodeURIComponent(collection)}/${encodeURIComponent(record)}`;

export const createTestPlane = async (change: Partial<Keeper> = {}): Promise<TestPlane> => {
  const t = await createTestDatabase(inject("superuserUrl"));
  const made = await createTestKeeper(t);
  const keeper = Object.assign(made.keeper, change);
  const data = createDataPlane(keeper);
  const { access } = data;
  const app = createApp(data);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };

  return {
    t,
    keeper,
    app,
    access,
    failures: data.failures,
    crypto: data.crypto,
    call: async (method, path, { token, body, raw, headers } = {}) => {
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(sent === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(sent === undefined ? {} : { body: typeof sent === "string" ? sent : new Blob([sent]) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: text === "" ? {} : JSON.parse(text),
        text,
        headers: Object.fromEntries(response.headers),
      };
    },
    tenant: async (slug) => {
      const tenant = await makeTenantWithKey(t, keeper, slug);
      const { id, token } = await mintTestToken(t, keeper, slug, [
        "records:read",
        "records:write",
        "records:export",
        "crypto:use",
      ]);
      return { ...tenant, token, tokenId: id };
    },
    events: async (action) => {
      const rows = await t.superuser<{ entry: Buffer }[]>`
        SELECT entry FROM audit_event WHERE action = ${action} ORDER BY ordinal`;
      return rows.map(({ entry }) => {
        const { tenant, actor, detail } = JSON.parse(entry.toString("utf8"));
        return { tenant, actor: `${actor.type}:${actor.id}`, detail };
      });
    },
    close: async () => {
      await app.close();
      await data.close();
      await made.close();
      await t.drop();
    },
  };
};
