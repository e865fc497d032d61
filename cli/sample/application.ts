import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#lib/domain/errors.ts";
import type { InventedRecord } from "./invented.ts";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

const unreachable = (url: string): DomainError =>
  new DomainError("UNAVAILABLE", `The keeper at ${url} does not take records at the moment.`);

/** An application of a sample tenant, with what it needs to speak to the data plane. */
export type Application = { url: string; slug: string; token: string; signal: AbortSignal };

/** Sends a request as an application would; while the keeper is away or busy it is sent again. */
const send = async (app: Application, path: string, method: string, body?: unknown): Promise<Response> => {
  const url = `${app.url}/v1/tenants/${app.slug}/records${path}`;
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    app.signal.throwIfAborted();
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${app.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: app.signal,
    }).catch(() => null);
    if (response && response.status !== 503 && response.status !== 429) return response;
    if (Date.now() > until) throw unreachable(app.url);
    await sleep(PAUSE_MS, undefined, { signal: app.signal });
  }
};

/** Writes records; every one must be taken. */
export const writeRecords = async (app: Application, records: readonly InventedRecord[]): Promise<void> => {
  const response = await send(app, "", "POST", { records });
  const body = (await response.json().catch(() => ({}))) as {
    results?: { ok: boolean; error?: { message: string } }[];
    error?: { message: string };
  };
  const refused = body.results?.find(({ ok }) => !ok);
  if (response.status === 200 && body.results && !refused) return;
  const why = refused?.error?.message ?? body.error?.message ?? `status ${response.status}`;
  throw new DomainError("INVALID_STATE", `The keeper refused the sample's records: ${why}`);
};

/** One read of a record, whatever comes of it; the status. */
export const tryRead = async (app: Application, record: InventedRecord): Promise<number> =>
  (await send(app, `/${record.collection}/${record.record}`, "GET")).status;

/** One write of a record, whatever comes of it; the status. */
export const tryWrite = async (app: Application, record: InventedRecord): Promise<number> =>
  (await send(app, `/${record.collection}/${record.record}`, "PUT", { fields: record.fields })).status;
