import type { FastifyInstance, FastifyRequest } from "fastify";
import { DomainError } from "#lib/domain/errors.ts";
import { z } from "#lib/domain/zod.ts";
import type { DataPlane } from "../records/data-plane.ts";
import { deleteRecord } from "../records/delete-record.ts";
import { exportRecord } from "../records/export-record.ts";
import { getRecord } from "../records/get-record.ts";
import { putBatch } from "../records/put-batch.ts";
import { putRecords } from "../records/put-records.ts";
import { parseRecordName } from "../records/input.ts";
import { parseBatch, parseFields } from "../records/record-input.ts";
import { callerOf } from "./authenticate.ts";
import { errorBody } from "./error-body.ts";
import { describeRoute } from "./openapi.ts";
import {
  RecordBody,
  RecordEnvelopes,
  RecordForm,
  RecordPath,
  RecordsBody,
  RecordsWritten,
  RecordValues,
  RecordWritten,
  TenantPath,
} from "./schemas.ts";

const RECORDS = "/v1/tenants/:tenant/records";
const RECORD = `${RECORDS}/:collection/:record`;

/** A path's ids are ASCII, percent-encoded: raw bytes would be read as Latin-1 and name another record. */
const nameOf = (request: FastifyRequest) => {
  if (/[^!-~]/.test(request.raw.url ?? ""))
    throw new DomainError("INVALID_INPUT", "The path is not percent-encoded UTF-8.");
  return parseRecordName(request.params);
};

const PUT = describeRoute({
  summary: "Write a record.",
  description: "All its fields, under a fresh DEK. 201 when it is new, 200 when it replaces one.",
  scope: "records:write",
  params: RecordPath,
  body: RecordBody,
  response: { 200: RecordWritten, 201: RecordWritten },
});
const GET = describeRoute({
  summary: "Read a record.",
  description:
    "Its values, decrypted; or, with `form=envelope`, its envelopes (scope `records:export`), which counts a wrap that left.",
  scope: "records:read",
  params: RecordPath,
  querystring: RecordForm,
  response: { 200: z.union([RecordValues, RecordEnvelopes]) },
});
const DELETE = describeRoute({
  summary: "Delete a record.",
  description: "With its fields and its DEK.",
  scope: "records:write",
  params: RecordPath,
  response: { 204: z.null() },
});
const BATCH = describeRoute({
  summary: "Write many records.",
  description: "The good ones in one transaction; a bad one fails alone.",
  scope: "records:write",
  params: TenantPath,
  body: RecordsBody,
  response: { 200: RecordsWritten },
});

/** The data plane: what applications write and read. */
export const recordRoutes = (app: FastifyInstance, plane: DataPlane): void => {
  app.put(RECORD, { schema: PUT }, async (request, reply) => {
    const name = nameOf(request);
    const input = { ...name, fields: parseFields(request.body) };
    const [put] = await putRecords(plane, callerOf(request), [input], request.id);
    return reply
      .code(put?.created ? 201 : 200)
      .send({ ...name, key: put?.key, key_version: put?.keyVersion });
  });

  app.get<{ Querystring: { form?: unknown } }>(RECORD, { schema: GET }, async (request) => {
    const name = nameOf(request);
    const { form } = request.query;
    if (form === undefined) return getRecord(plane, callerOf(request), name, request.id);
    if (form === "envelope") return exportRecord(plane, callerOf(request), name, request.id);
    throw new DomainError("INVALID_INPUT", "The form is envelope, or is left out.");
  });

  app.delete(RECORD, { schema: DELETE }, async (request, reply) => {
    await deleteRecord(plane, callerOf(request), nameOf(request));
    return reply.code(204).send();
  });

  app.post(RECORDS, { schema: BATCH }, async (request) => {
    const items = parseBatch(request.body);
    const results = await putBatch(plane, callerOf(request), items, request.id);
    return {
      results: results.map((result) =>
        result.ok
          ? { ok: true, status: result.created ? 201 : 200 }
          : { ok: false, ...errorBody(result.error, request.id) },
      ),
    };
  });
};
