import { sharedInstance } from "../instance.ts";

/** An application's access to the records of one tenant. */
export type DataPlane = { tenant: string; token: string };

export const COLLECTION = "customers";
const BATCH = 1_000;

type Method = "GET" | "PUT" | "POST";
const call = (
  { tenant, token }: DataPlane,
  path: string,
  method: Method,
  body?: unknown,
): Promise<Response> =>
  fetch(`${sharedInstance().keeperUrl}/v1/tenants/${tenant}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const request = (plane: DataPlane, path: string, method: Method, body?: unknown) =>
  call(plane, `/records${path}`, method, body);

const pathOf = (record: string): string => `/${COLLECTION}/${record}`;

export const putRecord = (plane: DataPlane, record: string, value: string): Promise<Response> =>
  request(plane, pathOf(record), "PUT", { fields: { email: value } });

/** The value of a record's one field; anything but 200 is an error. */
export const readRecord = async (plane: DataPlane, record: string): Promise<string> => {
  const response = await request(plane, pathOf(record), "GET");
  if (response.status !== 200) throw new Error(`GET ${record}: ${response.status} ${await response.text()}`);
  const { fields } = (await response.json()) as { fields: { email: string } };
  return fields.email;
};

/** Writes records in batches, each of which must be taken whole. */
export const loadRecords = async (plane: DataPlane, values: ReadonlyMap<string, string>): Promise<void> => {
  const all = [...values].map(([record, email]) => ({ collection: COLLECTION, record, fields: { email } }));
  for (let at = 0; at < all.length; at += BATCH) {
    const response = await request(plane, "", "POST", { records: all.slice(at, at + BATCH) });
    const { results } = (await response.json()) as { results: { ok: boolean }[] };
    const refused = results.filter(({ ok }) => !ok);
    if (response.status !== 200 || refused.length > 0) throw new Error(JSON.stringify(refused.slice(0, 3)));
  }
};

/** Encrypts so many values for an application that keeps them itself. */
export const encryptValues = async (plane: DataPlane, count: number): Promise<void> => {
  const item = { collection: COLLECTION, record: "outside", fields: { email: "YQ==" } };
  const items = Array.from({ length: count }, () => item);
  const response = await call(plane, "/encrypt", "POST", { items });
  const { results } = (await response.json()) as { results?: { ok: boolean }[] };
  if (results?.every(({ ok }) => ok) !== true) throw new Error(`POST encrypt: ${response.status}`);
};
