import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import { KmsError } from "../kms-error.ts";
import { noteRequest } from "./count-requests.ts";
import { type EgressFailure, egressError, isTlsError } from "./failure.ts";
import { type EgressRules, judgeUrl } from "./rules.ts";

export type EgressRequest = {
  method: string;
  url: URL;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
};

/** Header names are in lower case. */
export type EgressAnswer = { status: number; headers: Readonly<Record<string, string>>; body: Buffer };

/** The one way out of the process to a provider (`docs/threat-model.md#outgoing-requests`). */
export type Egress = {
  /**
   * Asks once: no redirect is followed, nothing is tried again.
   *
   * @throws `KMS_MISCONFIGURED`, `KMS_UNAVAILABLE`, `KMS_TIMEOUT` or `KMS_BAD_RESPONSE`; the signal's own reason.
   */
  send(request: EgressRequest): Promise<EgressAnswer>;
  close(): void;
};

type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export type EgressOptions = {
  rules: EgressRules;
  /** PEM of further authorities that are trusted, for this connection alone. */
  ca?: string;
  connectTimeoutMs?: number;
  totalTimeoutMs?: number;
  answerBytesMax?: number;
  resolve?: Resolve;
};

const CONNECT_TIMEOUT_MS = 5_000;
const TOTAL_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
const SOCKETS_MAX = 8;

/** The way out for one connection, with sockets of its own. */
export const createEgress = (options: EgressOptions): Egress => {
  const agents = {
    "http:": new PlainAgent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    "https:": new TlsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
  };
  return {
    send: (request) => send(request, options, agents),
    close: () => {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
};

const send = (
  { method, url, headers = {}, body, signal }: EgressRequest,
  options: EgressOptions,
  agents: { "http:": PlainAgent; "https:": TlsAgent },
): Promise<EgressAnswer> => {
  signal?.throwIfAborted();
  const verdict = judgeUrl(url, options.rules);
  if (!verdict.allowed) return Promise.reject(egressError("refused", verdict.why));
  noteRequest();
  const { promise, resolve, reject } = Promise.withResolvers<EgressAnswer>();
  const shared = {
    method,
    // Encodings are not asked for: a small answer must not unfold into a large one.
    headers: { "user-agent": "keyfold-kms", ...headers, "accept-encoding": "identity" },
    lookup: guardedLookup(options.resolve ?? resolveSystem, verdict.isAddressAllowed),
  };
  const outgoing =
    url.protocol === "http:"
      ? plainRequest(url, { ...shared, agent: agents["http:"] })
      : tlsRequest(url, { ...shared, agent: agents["https:"], ca: authorities(options.ca) });
  const fail = (failure: EgressFailure, cause?: unknown): void => {
    reject(egressError(failure, undefined, cause));
    outgoing.destroy();
  };
  const total = setTimeout(() => fail("timeout"), options.totalTimeoutMs ?? TOTAL_TIMEOUT_MS);
  const connecting = setTimeout(() => fail("timeout"), options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  const leave = (): void => {
    reject(signal?.reason);
    outgoing.destroy();
  };
  signal?.addEventListener("abort", leave, { once: true });
  outgoing.on("socket", (socket) => {
    // A kept socket is connected already.
    if (outgoing.reusedSocket) clearTimeout(connecting);
    else socket.once(url.protocol === "http:" ? "connect" : "secureConnect", () => clearTimeout(connecting));
  });
  outgoing.on("error", (error) => reject(mapError(error)));
  outgoing.on("response", (response) => {
    const bytesMax = options.answerBytesMax ?? ANSWER_BYTES_MAX;
    readAnswer(response, bytesMax).then(resolve, (error: unknown) => {
      reject(mapError(error));
      outgoing.destroy();
    });
  });
  outgoing.end(body);
  return promise.finally(() => {
    clearTimeout(total);
    clearTimeout(connecting);
    signal?.removeEventListener("abort", leave);
  });
};

const readAnswer = async (response: IncomingMessage, bytesMax: number): Promise<EgressAnswer> => {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) throw egressError("refused", "it answered with a redirect");
  if ((response.headers["content-encoding"] ?? "identity") !== "identity")
    throw egressError("bad-answer", "it is in an encoding that was not asked for");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw egressError("bad-answer", "it is too large");
    chunks.push(chunk);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
  return { status, headers, body: Buffer.concat(chunks) };
};

/** Resolves a name at the moment of connecting and lets through nothing that is not allowed, so that a second answer cannot differ. */
const guardedLookup =
  (resolve: Resolve, isAddressAllowed: (address: string) => boolean): LookupFunction =>
  (host, lookupOptions, done) => {
    resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) return done(egressError("unresolved"), "");
        if (!addresses.every(({ address }) => isIP(address) !== 0 && isAddressAllowed(address)))
          return done(egressError("refused", "its name stands for an address that is not allowed"), "");
        if (lookupOptions.all) return done(null, [...addresses]);
        done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ""),
    );
  };

const resolveSystem: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

const authorities = (ca: string | undefined): string[] | undefined =>
  ca === undefined ? undefined : [...rootCertificates, ca];

const mapError = (error: unknown): Error => {
  if (error instanceof KmsError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOTFOUND") return egressError("unresolved", undefined, error);
  if (isTlsError(code)) return egressError("tls", undefined, error);
  return egressError("unreachable", undefined, error);
};
