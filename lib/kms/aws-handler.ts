import { Readable } from "node:stream";
import type { KMSClientConfig } from "@aws-sdk/client-kms";
import type { Egress } from "./egress/egress.ts";

type Outgoing = {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
};

type Handler = Extract<NonNullable<KMSClientConfig["requestHandler"]>, { handle: unknown }>;

/** Lets the SDK send through our way out, so that its rules hold for AWS too. */
export const awsHandler = (egress: Egress): Handler => ({
  metadata: { handlerProtocol: "http/1.1" },
  handle: async (request: Outgoing, { abortSignal }: { abortSignal?: unknown } = {}) => {
    const url = new URL(`${request.protocol}//${request.hostname}`);
    url.port = request.port === undefined ? "" : String(request.port);
    url.pathname = request.path;
    for (const [name, value] of Object.entries(request.query ?? {}))
      for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, one ?? "");
    const answer = await egress.send({
      method: request.method,
      url,
      headers: request.headers,
      body: request.body,
      signal: abortSignal instanceof AbortSignal ? abortSignal : undefined,
    });
    return {
      response: {
        statusCode: answer.status,
        headers: { ...answer.headers },
        body: Readable.from(answer.body.length === 0 ? [] : [answer.body]),
      },
    };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});
