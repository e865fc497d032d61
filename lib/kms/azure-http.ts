import type { KeyClientOptions } from "@azure/keyvault-keys";
import type { Egress } from "./egress/egress.ts";

type Client = NonNullable<KeyClientOptions["httpClient"]>;
type Headers = Awaited<ReturnType<Client["sendRequest"]>>["headers"];

/** Lets the SDKs of Azure send through our way out, so that its rules hold for the vault and for its logins. */
export const azureHttp = (egress: Egress): Client => ({
  sendRequest: async (request) => {
    const answer = await egress.send({
      method: request.method,
      url: new URL(request.url),
      headers: request.headers.toJSON(),
      body: typeof request.body === "string" ? request.body : undefined,
      signal: request.abortSignal instanceof AbortSignal ? request.abortSignal : undefined,
    });
    return {
      request,
      status: answer.status,
      headers: headersOf(answer.headers),
      bodyAsText: answer.body.toString("utf8"),
    };
  },
});

const headersOf = (raw: Readonly<Record<string, string>>): Headers => {
  const held = new Map(Object.entries(raw));
  return {
    get: (name) => held.get(name.toLowerCase()),
    has: (name) => held.has(name.toLowerCase()),
    set: (name, value) => void held.set(name.toLowerCase(), String(value)),
    delete: (name) => void held.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(held),
    [Symbol.iterator]: () => held[Symbol.iterator](),
  };
};
