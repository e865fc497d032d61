import { BATCH_MAX, FIELDS_MAX, ID_BYTES_MAX } from "../records/input.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { ERROR_CODES } from "#lib/domain/errors.ts";
import { slug } from "#lib/domain/ids.ts";
import { JOB_STATUSES } from "#lib/domain/job.ts";
import { KEY_STATES } from "#lib/domain/key-state.ts";
import { reason } from "#lib/domain/reason.ts";
import { HOLD_CODES } from "#lib/domain/retire-gate.ts";
import { z } from "#lib/domain/zod.ts";

const id = z.string().min(1).max(ID_BYTES_MAX).describe(`An id of 1 to ${ID_BYTES_MAX} bytes of UTF-8`);
const keyName = z.string().describe("The name of a key");
const keyVersion = z.int().min(1);
const base64 = z.base64().describe("Padded base64 (RFC 4648 section 4)");
const instant = z.iso.datetime().describe("RFC 3339, UTC");
const uuid = z.guid();
const byName = (value: z.ZodString | z.ZodType) =>
  z.record(z.string(), value).describe(`At most ${FIELDS_MAX} names`);
const context = z
  .record(z.string(), z.string())
  .describe("Further pairs of the encryption context: ids only, never personal data");

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];
const itemError = z.strictObject({ code: z.enum(codes), message: z.string() });
const fullError = itemError.extend({
  request_id: z.string(),
  fields: z.record(z.string(), z.array(z.string())).optional(),
});

export const ErrorAnswer = z.strictObject({ error: fullError }).describe("Why it was refused");

export const LimitAnswer = ErrorAnswer.describe(
  "The token's limit of requests a second is used up; Retry-After says how many seconds to wait",
);

const items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item).max(BATCH_MAX) });
const results = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject({
    results: z.array(
      z.union([
        z.strictObject({ ok: z.literal(true), ...shape }),
        z.strictObject({ ok: z.literal(false), error: itemError }),
      ]),
    ),
  });

export const TenantPath = z.object({ tenant: z.string().describe("The tenant's slug") });
export const RecordPath = TenantPath.extend({ collection: id, record: id });

export const RecordBody = z.object({ fields: byName(z.string()) });
export const RecordWritten = z.strictObject({
  collection: id,
  record: id,
  key: keyName,
  key_version: keyVersion,
});
export const RecordForm = z.object({
  form: z.literal("envelope").optional().describe("Envelopes instead of values; needs records:export"),
});
export const RecordValues = z.strictObject({ fields: byName(z.string()) });
export const RecordEnvelopes = z.strictObject({
  collection: id,
  record: id,
  key_id: uuid,
  key: keyName,
  key_version: keyVersion,
  dek_id: uuid,
  kms_key_id: z.string(),
  wrapped_dek: base64,
  purpose: keyName,
  tenant: uuid,
  fields: z.record(
    z.string(),
    z.strictObject({ context: z.record(z.string(), z.string()), ciphertext: base64 }),
  ),
});
export const RecordsBody = z.object({
  records: z.array(z.object({ collection: id, record: id, fields: byName(z.string()) })).max(BATCH_MAX),
});
export const RecordsWritten = z.strictObject({
  results: z.array(
    z.union([
      z.strictObject({ ok: z.literal(true), status: z.union([z.literal(200), z.literal(201)]) }),
      z.strictObject({ ok: z.literal(false), error: fullError }),
    ]),
  ),
});

export const EncryptBody = items(
  z.object({
    key: keyName.optional().describe("`default` when it is left out"),
    collection: id,
    record: id,
    context: context.optional(),
    fields: byName(base64),
  }),
);
export const EncryptAnswer = results({
  wrapped_dek: base64,
  key_id: uuid,
  key_version: keyVersion,
  kms_key_id: z.string(),
  fields: byName(base64),
});
export const DecryptBody = items(
  z.object({
    collection: id,
    record: id,
    context: context.optional(),
    wrapped_dek: base64,
    fields: byName(base64),
  }),
);
export const DecryptAnswer = results({ fields: byName(base64) });
export const RewrapBody = items(z.object({ wrapped_dek: base64 }));
export const RewrapAnswer = results({ wrapped_dek: base64, key_version: keyVersion, changed: z.boolean() });

const VERSION_MAX = 2 ** 31 - 1;
const keyOrDefault = slug.default("default").describe("The name of a key; `default` when it is left out");
export const AttestQuery = z.object({
  key: keyOrDefault,
  version: z.coerce
    .number("is a whole number")
    .int("is a whole number")
    .min(1, "is at least 1")
    .max(VERSION_MAX, `is at most ${VERSION_MAX}`),
});
export const AttestStanding = z.strictObject({
  key_id: uuid,
  key_version: keyVersion,
  state: z.enum(KEY_STATES),
  issued: z.int().min(0),
});
export const AttestBody = z.strictObject({
  key: keyOrDefault,
  version: keyVersion.max(VERSION_MAX),
  issued: z
    .int()
    .min(1)
    .describe("The wraps outside that the caller saw: if they are another number by now, CONFLICT"),
  reason: reason.optional().describe("Why, for the log: ids only, never personal data"),
});
export const AttestAnswer = z.strictObject({
  key_id: uuid,
  key_version: keyVersion,
  attested: z.int().min(1).describe("The wraps that were written off"),
});

const tenantSlug = z.string().max(200).describe("The tenant's slug");
const named = { key_id: uuid, key_version: keyVersion };
export const RetireQuery = z.strictObject({ tenant: tenantSlug, ...AttestQuery.shape });
export const RetireStanding = z.strictObject({
  ...named,
  state: z.enum(KEY_STATES),
  holds: z
    .array(z.strictObject({ code: z.enum(HOLD_CODES), sentence: z.string() }))
    .describe("What still holds it; none for one that is destroyed"),
});
export const RetireBody = z.strictObject({
  tenant: tenantSlug,
  key: keyOrDefault,
  version: keyVersion.max(VERSION_MAX),
  reason: reason.optional().describe("Why, for the log: ids only, never personal data"),
});
export const RetireAnswer = z.strictObject({ ...named, state: z.literal("destroyed") });
export const RetireAccepted = z
  .strictObject({ ...named, operation: uuid })
  .describe("Not done yet, but on record under this operation: GET tells when it is");

export const StartJobsBody = z.strictObject({
  tenant: z
    .string()
    .max(200)
    .optional()
    .describe("A tenant's slug; only an operator's token may leave it out"),
  mode: z
    .enum(["rewrap", "re-encrypt"])
    .default("re-encrypt")
    .describe("rewrap: the same DEKs under the current version. re-encrypt: new DEKs and new ciphertext"),
});
export const ListJobsQuery = StartJobsBody.pick({ tenant: true });
const count = z.int().min(0);
export const JobsAnswer = z.strictObject({
  jobs: z.array(
    z.strictObject({
      id: uuid,
      tenant: z.string(),
      key: keyName,
      mode: z.enum(["rewrap", "re-encrypt"]),
      status: z.enum(JOB_STATUSES),
      total: count,
      processed: count,
      failed: count,
      percent: z.number(),
      rate_per_second: z.number(),
      eta_seconds: count.nullable(),
      started_at: instant.nullable(),
      completed_at: instant.nullable(),
    }),
  ),
});

export const CryptoHealthAnswer = z.strictObject({
  status: z.enum(["healthy", "unhealthy"]),
  provider: z.string(),
  key_version: z.int(),
  dual_key_mode: z.boolean(),
  checks: z.strictObject({ key_valid: z.boolean(), round_trip: z.boolean() }),
});
