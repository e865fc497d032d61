import type { TestPlane, TestTenant } from "#keeper/server/test/test-plane.ts";
import { recordPath } from "#keeper/server/test/test-plane.ts";
import type { Scene } from "./scene.ts";

export type StoredBytes = { version: number; wrapped: string; fields: string };

/** Records written and read over the data plane, and their stored bytes. */
export type RecordsScene = Scene & {
  tenant: TestTenant;
  values: Map<string, string>;
  put(name: string, value: string): Promise<void>;
  fill(count: number, label: string): Promise<string[]>;
  /** The records whose values are not those that were written last. */
  wrong(): Promise<string[]>;
  bytes(): Promise<Map<string, StoredBytes>>;
};

const COLLECTION = "customers";

export const recordsScene = async (p: TestPlane, slug: string): Promise<RecordsScene> => {
  const tenant = await p.tenant(slug);
  const values = new Map<string, string>();
  const write = async (records: { record: string; value: string }[]) => {
    const body = {
      records: records.map(({ record, value }) => ({
        collection: COLLECTION,
        record,
        fields: { email: value, phone: `phone of ${value}` },
      })),
    };
    const answer = await p.call("POST", `/v1/tenants/${slug}/records`, { token: tenant.token, body });
    if (!answer.body.results?.every(({ ok }) => ok)) throw new Error(`Writing was answered: ${answer.text}`);
    for (const { record, value } of records) values.set(record, value);
  };
  return {
    t: p.t,
    keeper: p.keeper,
    tenantId: tenant.tenantId,
    slug,
    keyId: tenant.keyId,
    deks: new Map(),
    tenant,
    values,
    put: (record, value) => write([{ record, value }]),
    fill: async (count, label) => {
      const records = Array.from({ length: count }, (_, n) => ({
        record: `${label}-${n}`,
        value: `first of ${label}-${n}`,
      }));
      await write(records);
      return records.map(({ record }) => record);
    },
    wrong: async () => {
      const wrong: string[] = [];
      for (const [record, value] of values) {
        const path = recordPath(slug, COLLECTION, record);
        const { body } = await p.call("GET", path, { token: tenant.token });
        if (body.fields?.email !== value || body.fields?.phone !== `phone of ${value}`) wrong.push(record);
      }
      return wrong;
    },
    bytes: async () => {
      const rows = await p.t.superuser<(StoredBytes & { record: string })[]>`
        SELECT r.record, d.key_version AS version, encode(d.wrapped_dek, 'hex') AS wrapped,
               (SELECT string_agg(encode(ciphertext, 'hex'), ' ' ORDER BY name) FROM record_field f WHERE f.record_id = r.id) AS fields
        FROM record r JOIN dek d ON d.record_id = r.id WHERE d.key_id = ${tenant.keyId}`;
      return new Map(rows.map(({ record, ...bytes }) => [record, bytes]));
    },
  };
};
