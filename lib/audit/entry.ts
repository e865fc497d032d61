import canonicalize from "canonicalize";
import {
  ACTIONS,
  ACTOR_TYPES,
  type Action,
  type Actor,
  type Detail,
  OUTCOMES,
  type Outcome,
  SOURCES,
  type Source,
  TARGET_TYPES,
  type Target,
} from "#lib/domain/audit-catalogue.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import { equalBytes } from "./leaf.ts";

export const ENTRY_BYTES_MAX = 16 * 1024;

type EntryOf<A extends Action> = {
  v: 1;
  /** UUIDv7; the event's name everywhere. */
  id: string;
  /** RFC 3339, milliseconds, UTC, from PostgreSQL's clock. */
  t: string;
  /** The tenant whose tree holds the entry; null for the operator's events, which stand in the global tree. */
  tenant: string | null;
  source: Source;
  actor: Actor;
  action: A;
  target: Target;
  outcome: Outcome;
  reason?: string | undefined;
  /** The request that did it. */
  req: string;
  /** The id of the event that made this one happen. */
  cause?: string | undefined;
  detail: Detail<A>;
};

/** One event as it is logged (`docs/formats.md`, Audit). */
export type AuditEntry = { [A in Action]: EntryOf<A> }[Action];

const id = z.string().refine(isUuid, "must be a lower-case UUID");
/** Lengths are counted in code points, as the database counts them: what may be logged must be read for ever. */
const text = (min: number, max: number) =>
  z.string().refine((value) => {
    const { length } = [...value];
    return length >= min && length <= max;
  }, `must have ${min} to ${max} characters`);
const name = text(1, 120);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const instant = z.string().refine((text) => {
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}, "must be RFC 3339 in UTC with milliseconds");

/** An entry without regard to what its action may say: what a verifier needs, also of actions it has not heard of. */
export const entryFrameSchema = z.strictObject({
  v: z.literal(1),
  id,
  t: instant,
  tenant: id.nullable(),
  source: z.enum(SOURCES),
  actor: z.strictObject({ type: z.enum(ACTOR_TYPES), id: name, session: name.optional() }),
  action: z
    .string()
    .max(64)
    .regex(/^[a-z_]+\.[a-z_]+$/),
  target: z.strictObject({ type: text(1, 32), id: text(1, 500) }),
  outcome: z.enum(OUTCOMES),
  reason: text(0, 300).optional(),
  req: name,
  cause: id.optional(),
  detail: z.record(z.string(), z.unknown()),
});
export type EntryFrame = z.output<typeof entryFrameSchema>;

/** The whole rule for an entry: the frame, an action of the catalogue, and a detail that this action may have. */
export const auditEntrySchema = entryFrameSchema.superRefine((entry, context) => {
  if (!(TARGET_TYPES as readonly string[]).includes(entry.target.type)) {
    context.addIssue({ code: "custom", path: ["target", "type"], message: "is not in the catalogue" });
  }
  const schema = Object.hasOwn(ACTIONS, entry.action) ? ACTIONS[entry.action as Action] : undefined;
  if (schema === undefined) {
    context.addIssue({ code: "custom", path: ["action"], message: "is not in the catalogue" });
    return;
  }
  for (const issue of schema.safeParse(entry.detail).error?.issues ?? []) {
    context.addIssue({ code: "custom", path: ["detail", ...issue.path], message: issue.message });
  }
});

const refuse = (why: string, cause?: unknown): DomainError =>
  new DomainError("INVALID_INPUT", `The audit entry is not valid: ${why}.`, { cause });

const canonicalBytes = (value: unknown): Uint8Array => {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    throw refuse("it has no canonical form", error);
  }
  return new TextEncoder().encode(text);
};

const parsed = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw refuse(`${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(), result.error);
  }
  return result.data;
};

/** The exact bytes that are stored and hashed: RFC 8785, UTF-8, at most 16 KiB; `INVALID_INPUT` otherwise. */
export const encodeEntry = (entry: AuditEntry): Uint8Array => {
  const bytes = canonicalBytes(parsed(auditEntrySchema, entry));
  if (bytes.length > ENTRY_BYTES_MAX) throw refuse(`it is longer than ${ENTRY_BYTES_MAX} bytes`);
  return bytes;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const jsonOf = (bytes: Uint8Array): unknown => {
  if (bytes.length > ENTRY_BYTES_MAX) throw refuse(`it is longer than ${ENTRY_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw refuse("it is not JSON in UTF-8", error);
  }
  // One event has one encoding: a repeated name or another spelling would let two readers see two events.
  if (!equalBytes(canonicalBytes(value), bytes)) throw refuse("its bytes are not canonical");
  return value;
};

/** The entry in these bytes; `INVALID_INPUT` unless they are what `encodeEntry` writes. */
export const decodeEntry = (bytes: Uint8Array): AuditEntry =>
  parsed(auditEntrySchema, jsonOf(bytes)) as AuditEntry;

/** As `decodeEntry`, but takes actions and details that this version does not know: a verifier checks bytes, not words. */
export const readEntry = (bytes: Uint8Array): EntryFrame => parsed(entryFrameSchema, jsonOf(bytes));
