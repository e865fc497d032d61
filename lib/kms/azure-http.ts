import type { KeyClientOptions } from "@azure/keyvault-keys";
import type { Egress, EgressAnswer } from "./egress/egress.ts";

type Client = NonNullable<KeyClientOptions["httpClient"]>;
type Request = Parameters<Client["sendRequest"]>[0];
type Headers = Awaited<ReturnType<Client["sendRequest"]>>["headers"];

/**
 * Lets the SDKs of Azure send through our way out, so that its rules hold for the vault and for its logins.
 *
 * Each client of the SDK asks its first question without a token, to be told by a 401 where to get one, and a
 * `CryptographyClient` is made for every key. The vault is asked that once; its answer is given to the others from here.
 */
export const azureHttp = (egress: Egress): Client => {
  const challenges = new Map<string, Promise<EgressAnswer>>();
  const ask = (request: Request): Promise<EgressAnswer> =>
    egress.send({
      method: request.method,
      url: new URL(request.url),
      headers: request.headers.toJSON(),
      body: typeof request.body === "string" ? request.body : undefined,
      signal: request.abortSignal instanceof AbortSignal ? request.abortSignal : undefined,
    });
  const askOrRemember = async (request: Request): Promise<EgressAnswer> => {
    const { origin } = new URL(request.url);
    if (request.headers.get("authorization") !== undefined) {
      const answer = await ask(request);
      // The vault may have come to another directory.
      if (isChallenge(answer)) challenges.delete(origin);
      return answer;
    }
    if (!isOfVault(request)) return ask(request);
    const held = await challenges.get(origin)?.catch(() => undefined);
    if (held !== undefined && isChallenge(held)) return held;
    const asked = ask(request);
    challenges.set(origin, asked);
    return asked;
  };
  return {
    sendRequest: async (request) => {
      const answer = await askOrRemember(request);
      return {
        request,
        status: answer.status,
        headers: headersOf(answer.headers),
        bodyAsText: answer.body.toString("utf8"),
      };
    },
  };
};

const isOfVault = ({ url }: Request): boolean => /^\/(deleted)?keys\//.test(new URL(url).pathname);

const isChallenge = ({ status, headers }: EgressAnswer): boolean =>
  status === 401 && headers["www-authenticate"] !== undefined;

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
