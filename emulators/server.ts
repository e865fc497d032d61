import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeCertificate } from "./certificate.ts";
import { type Clock, createClock } from "./clock.ts";
import { createFaultScript, type Fault } from "./faults.ts";

export type Call = {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
};

/** `text` is sent as it is, where the protocol is not JSON. */
export type Answer = { status: number; headers?: Record<string, string>; body: unknown; text?: string };

/** One provider's protocol. `operationOf` names a call; `answer` serves it; the others say what failing looks like there. */
export type Protocol = {
  operationOf(call: Call): string;
  answer(call: Call, operation: string): Answer | Promise<Answer>;
  failure(kind: "throttle" | "internal-error" | "unavailable", operation: string): Answer;
  /** An answer of the right shape whose bytes are wrong, or that names another key or version. */
  spoil(answer: Answer, kind: "garbage" | "wrong-version", operation: string): Answer;
};

export type Doors = Record<string, (input: never) => unknown>;

export type Emulator<D extends Doors> = {
  url: string;
  /** PEM of the server's own certificate, where it speaks TLS. */
  ca: string | undefined;
  /** What a customer does outside of Keyfold, and the faults and the clock; also `POST /_doors/<name>`. */
  doors: D & CommonDoors;
  /** Calls by operation since the start, those that failed included. */
  calls(): Readonly<Record<string, number>>;
  close(): Promise<void>;
};

export type CommonDoors = {
  fault(input: Fault): void;
  clearFaults(input?: object): void;
  moveClock(input: { seconds: number }): void;
  /** The next call of an operation is answered with this, as it was recorded elsewhere. */
  replay(input: Answer & { operation: string }): void;
};

const TOO_LARGE_BYTES = 4 * 1024 * 1024;
const SLOW_GAP_MS = 500;

/** Starts a protocol on a free port of 127.0.0.1, or on the port that is given. */
export const startEmulator = async <D extends Doors>(
  build: (clock: Clock, origin: () => string) => { protocol: Protocol; doors: D },
  { port = 0, tls = false }: { port?: number; tls?: boolean } = {},
): Promise<Emulator<D>> => {
  const clock = createClock();
  const script = createFaultScript();
  const calls: Record<string, number> = {};
  let replays: (Answer & { operation: string })[] = [];
  let url = "";
  const { protocol, doors: own } = build(clock, () => url);
  const doors: D & CommonDoors = {
    ...own,
    fault: script.add,
    clearFaults: () => {
      script.clear();
      replays = [];
    },
    moveClock: ({ seconds }) => clock.move(seconds),
    replay: (recorded) => void replays.push(recorded),
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request, url);
    if (call.url.pathname.startsWith("/_doors/")) return openDoor(doors, call, response);
    const operation = protocol.operationOf(call);
    calls[operation] = (calls[operation] ?? 0) + 1;
    const next = replays.findIndex((recorded) => recorded.operation === operation);
    const [recorded] = next < 0 ? [] : replays.splice(next, 1);
    if (recorded !== undefined) return send(response, recorded);
    const fault = script.take(operation);
    if (fault === undefined) return send(response, await protocol.answer(call, operation));
    await misbehave(protocol, fault, call, operation, response);
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, { status: 500, body: { emulator: String(error) } });
    });
  };
  const certificate = tls ? makeCertificate() : undefined;
  const server = certificate
    ? createTlsServer({ key: certificate.key, cert: certificate.cert }, listener)
    : createPlainServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  url = `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ca: certificate?.cert,
    doors,
    calls: () => calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const misbehave = async (
  protocol: Protocol,
  fault: Fault,
  call: Call,
  operation: string,
  response: ServerResponse,
): Promise<void> => {
  switch (fault.kind) {
    case "throttle": {
      const answer = protocol.failure("throttle", operation);
      const wait: Record<string, string> =
        fault.retryAfterS === undefined ? {} : { "retry-after": String(fault.retryAfterS) };
      return send(response, { ...answer, headers: { ...answer.headers, ...wait } });
    }
    case "internal-error":
    case "unavailable":
      return send(response, protocol.failure(fault.kind, operation));
    case "hang":
      return;
    case "slow":
      return dribble(response, await protocol.answer(call, operation));
    case "reset":
      if (response.socket && "encrypted" in response.socket) response.socket.destroy();
      else response.socket?.resetAndDestroy();
      return;
    case "half-answer":
      return sendHalf(response, await protocol.answer(call, operation));
    case "not-json":
      return sendText(response, "<html><body>The gateway says hello.</body></html>");
    case "too-large":
      return send(response, { status: 200, body: { filler: "x".repeat(TOO_LARGE_BYTES) } });
    case "garbage":
    case "wrong-version":
      return send(response, protocol.spoil(await protocol.answer(call, operation), fault.kind, operation));
  }
};

const readCall = async (request: IncomingMessage, origin: string): Promise<Call> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  return {
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", origin),
    headers,
    body: Buffer.concat(chunks),
  };
};

const openDoor = async (doors: Doors, call: Call, response: ServerResponse): Promise<void> => {
  const name = call.url.pathname.slice("/_doors/".length);
  const door = Object.hasOwn(doors, name) ? doors[name] : undefined;
  if (door === undefined || call.method !== "POST") {
    return send(response, { status: 404, body: { doors: Object.keys(doors) } });
  }
  const input: unknown = call.body.length === 0 ? {} : JSON.parse(call.body.toString("utf8"));
  send(response, { status: 200, body: { result: (await door(input as never)) ?? null } });
};

const textOf = (answer: Answer): string =>
  answer.text ?? (answer.body === undefined ? "" : JSON.stringify(answer.body));

const send = (response: ServerResponse, answer: Answer): void => {
  const text = textOf(answer);
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...answer.headers,
  });
  response.end(text);
};

const sendText = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { "content-type": "text/html", "content-length": Buffer.byteLength(text) });
  response.end(text);
};

const sendHalf = (response: ServerResponse, answer: Answer): void => {
  const text = textOf(answer);
  response.writeHead(answer.status, { "content-type": "application/json", "content-length": text.length });
  response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy());
};

/** One byte at a time: alive, and never done within a sensible deadline. */
const dribble = (response: ServerResponse, answer: Answer): void => {
  const text = textOf(answer);
  response.writeHead(answer.status, { "content-type": "application/json", "content-length": text.length });
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed || at >= text.length) return clearInterval(timer);
    response.write(text.charAt(at));
    at += 1;
  }, SLOW_GAP_MS);
  response.once("close", () => clearInterval(timer));
};
