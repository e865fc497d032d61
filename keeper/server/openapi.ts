import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import type { z } from "#lib/domain/zod.ts";
import { ErrorAnswer, LimitAnswer } from "./schemas.ts";

type Parts = {
  summary: string;
  description: string;
  /** The scope of the token that it needs; none is for everybody. */
  scope?: string;
  params?: z.ZodType;
  querystring?: z.ZodType;
  body?: z.ZodType;
  response: Record<number, z.ZodType>;
};

/** What a route says of itself, in the document and to nobody else: bodies are parsed item by item where they are used. */
export const describeRoute = ({ scope, description, response, ...parts }: Parts): FastifySchema => ({
  ...parts,
  description: scope ? `${description} Scope: \`${scope}\`.` : description,
  security: scope ? [{ token: [] }] : [],
  response: { ...response, ...(scope ? { 429: LimitAnswer, "4xx": ErrorAnswer, "5xx": ErrorAnswer } : {}) },
});

const RETRY_AFTER = {
  "Retry-After": { type: "integer", minimum: 1, description: "Seconds to wait before trying again" },
};

/** Zod's schemas say nothing of headers: here the one that belongs to 429 is added. */
const describeHeaders: typeof jsonSchemaTransform = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const response = schema?.response as Record<string, object> | undefined;
  if (!response?.[429]) return { schema, url };
  return {
    schema: { ...schema, response: { ...response, 429: { ...response[429], headers: RETRY_AFTER } } },
    url,
  };
};

/** Collects what routes say of themselves. To be called before them. */
export const collectOpenApi = (app: FastifyInstance): void => {
  // Schemas describe; they neither change what comes in nor what goes out.
  app.setValidatorCompiler(() => (value) => ({ value }));
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  void app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Keyfold",
        version: "1",
        description:
          "The data plane: records kept by Keyfold, the key service for applications that keep their ciphertext themselves, and the jobs over both.",
      },
      components: {
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            description: "A token: kf_live_…, or kf_oper_… of the operator",
          },
        },
      },
    },
    transform: describeHeaders,
  });
};
