import { z } from "./zod.ts";

/** Who speaks in an entry. The database refuses an entry whose source is not that of its login. */
export const SOURCES = ["console", "keeper", "cli"] as const;
export type Source = (typeof SOURCES)[number];

export const OUTCOMES = ["ok", "denied", "error"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const ACTOR_TYPES = ["person", "token", "cli", "keeper", "anonymous"] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];

const id = z.string().max(120);
const count = z.int().min(0);
const version = z.int().min(1);
const rateLimit = z.int().min(1);
const code = z.string().max(64);
/** A person's reason, in their words. Where it is asked for stands that it names nobody. */
const why = z.string().max(300);
const state = z.string().max(32);
const jobStart = { key: id, target_version: version, max_rate: count.nullable() };
const jobEnd = {
  status: z.string().max(32),
  total: count,
  processed: count,
  failed: count,
  target_version: version,
};

/**
 * The closed catalogue of actions, and what each may say in `detail`: ids, counts and codes only.
 * A new action is one line here; an unknown key in `detail` does not parse.
 */
export const ACTIONS = {
  "deployment.created": z.strictObject({}),
  "access.denied": z.strictObject({ permission: z.string().max(64), suppressed: count.optional() }),
  "person.created": z.strictObject({ role: z.string().max(32), rev: version }),
  "person.signed_in": z.strictObject({ method: z.literal("password") }),
  "person.sign_in_failed": z.strictObject({ method: z.literal("password"), suppressed: count.optional() }),
  "person.signed_out": z.strictObject({}),
  "person.password_reset": z.strictObject({ sessions: count }),
  "tenant.created": z.strictObject({ slug: z.string().max(63) }),
  "tenant.removal_requested": z.strictObject({ operation: id }),
  "tenant.removed": z.strictObject({ records: count, keys: count }),
  "sample.load_started": z.strictObject({ records: count, step: count }),
  "sample.loaded": z.strictObject({ records: count }),
  "sample.removal_requested": z.strictObject({}),
  "tenant.compromised_reads_set": z.strictObject({ allowed: z.boolean() }),
  "tenant.access_log_changed": z.strictObject({ from: state, to: state }),
  "key.creation_requested": z.strictObject({
    name: z.string().max(63),
    operation: id,
    connection: id.optional(),
  }),
  "key.created": z.strictObject({ name: z.string().max(63), custody: z.string().max(16) }),
  "key.move_requested": z.strictObject({ operation: id, connection: id.nullable() }),
  "key.moved": z.strictObject({ from: id, to: id, versions: count, kms_calls: count, rev: version }),
  "key.removed": z.strictObject({ name: z.string().max(63), versions: count }),
  "key.rotation_requested": z.strictObject({ operation: id, expected_version: version }),
  "key.rotated": z.strictObject({ from: version, to: version }),
  "key.suspend_requested": z.strictObject({ operation: id, reason: why.optional() }),
  "key.suspended": z.strictObject({ rev: version }),
  "key.resume_requested": z.strictObject({ operation: id, reason: why.optional() }),
  "key.resumed": z.strictObject({ rev: version }),
  "key_version.compromise_requested": z.strictObject({ operation: id, version, reason: why }),
  "key_version.deactivate_requested": z.strictObject({ operation: id, version, reason: why.optional() }),
  "key_version.retire_requested": z.strictObject({ operation: id, version, reason: why.optional() }),
  "key_version.attest_requested": z.strictObject({ operation: id, version, count, reason: why }),
  "key_version.wraps_attested": z.strictObject({ version, count, reason: why.optional() }),
  "key_version.created": z.strictObject({
    version,
    state,
    cmk: id,
    cmk_version: z.string().max(200),
    rev: version,
  }),
  "key_version.state_changed": z.strictObject({ version, from: state, to: state, rev: version }),
  "key_version.replaced": z.strictObject({ version, rev: version }),
  "key_version.refused": z.strictObject({ version, reason: code }),
  "operation.failed": z.strictObject({ kind: z.string().max(64), code }),
  "token.mint_requested": z.strictObject({
    operation: id,
    scopes: z.array(z.string().max(32)).max(8),
    rate_limit: rateLimit.optional(),
  }),
  "token.minted": z.strictObject({
    scopes: z.array(z.string().max(32)).max(8),
    expires_at: z.string().max(40),
    rate_limit: rateLimit.optional(),
    rev: version,
  }),
  "token.revoke_requested": z.strictObject({ operation: id }),
  "token.revoked": z.strictObject({ rev: version }),
  "token.refused": z.strictObject({ reason: code, suppressed: count.optional() }),
  "token.limited": z.strictObject({ rate_limit: rateLimit, suppressed: count.optional() }),
  "rewrap.started": z.strictObject(jobStart),
  "rewrap.planned": z.strictObject({ target_version: version, total: count, chunks: count }),
  "rewrap.chunk_completed": z.strictObject({ chunk: count, moved: count, skipped: count, failed: count }),
  "rewrap.paused": z.strictObject({}),
  "rewrap.resumed": z.strictObject({}),
  "rewrap.cancelled": z.strictObject({}),
  "rewrap.waiting": z.strictObject({ code }),
  "rewrap.running": z.strictObject({}),
  "rewrap.finishing": z.strictObject({}),
  "rewrap.failed": z.strictObject({ code }),
  "rewrap.retargeted": z.strictObject({ target_version: version }),
  "rewrap.completed": z.strictObject(jobEnd),
  "rewrap.retried": z.strictObject({ code: code.nullable() }),
  "rewrap.failures_exported": z.strictObject({ count }),
  "rewrap.intensity_changed": z.strictObject({ to: count }),
  "data.access": z.strictObject({
    token: id,
    verb: z.enum(["read", "write", "delete", "export", "encrypt", "decrypt", "rewrap"]),
    collection: z.string().max(200),
    key_version: count,
    count,
    failed: count,
    codes: z
      .array(z.strictObject({ code, count: version }))
      .max(64)
      .optional(),
    from: z.string().max(40),
    record: id.optional(),
    incomplete: z.boolean().optional(),
  }),
  "data.compromised_access": z.strictObject({
    token: id,
    collection: z.string().max(200),
    key_version: version,
    count: version,
  }),
  "audit.exported": z.strictObject({
    format: z.enum(["jsonl", "csv"]),
    query: z.string().max(1000),
    count: count.optional(),
  }),
  // Of the view's name nothing: it may name somebody.
  "audit.view_saved": z.strictObject({ shared: z.boolean() }),
  "audit.view_removed": z.strictObject({}),
  "crypto.key_loaded": z.strictObject({ provider: z.string().max(32), key_version: version, cmk: id }),
  "crypto.key_rotated": z.strictObject({ provider: z.string().max(32), files: count }),
  "crypto.reencrypt_started": z.strictObject(jobStart),
  "crypto.reencrypt_completed": z.strictObject({ key: id, ...jobEnd }),
  "crypto.reencrypt_failed": z.strictObject({ key: id, code }),
  "crypto.decrypt_failed": z.strictObject({
    reason: z.string().max(64),
    count,
    collection: z.string().max(200).optional(),
  }),
  "crypto.kms_error": z.strictObject({ provider: z.string().max(32), code, cmk: id.optional() }),
  "connection.creation_requested": z.strictObject({
    operation: id,
    name: z.string().max(63),
    provider: z.string().max(32),
  }),
  "connection.created": z.strictObject({
    name: z.string().max(63),
    provider: z.string().max(32),
    custody: z.string().max(16),
    rev: version,
  }),
  "connection.secret_requested": z.strictObject({ operation: id, revision: version }),
  "connection.secret_set": z.strictObject({ revision: version, rev: version }),
  "connection.test_requested": z.strictObject({ operation: id }),
  "connection.tested": z.strictObject({
    preflight: id,
    passed: z.boolean(),
    step: code.optional(),
    code: code.optional(),
  }),
  "connection.rotation_requested": z.strictObject({ operation: id }),
  "connection.removal_requested": z.strictObject({ operation: id }),
  "connection.removed": z.strictObject({ rev: version }),
  "connection.refused": z.strictObject({ reason: code }),
  "cmk.connected": z.strictObject({ provider: z.string().max(32), cmk_version: z.string().max(200) }),
  "cmk.health_changed": z.strictObject({ from: state, to: state, code: code.optional() }),
  "cmk.version_seen": z.strictObject({ from: z.string().max(200), to: z.string().max(200) }),
  "cmk.rotated": z.strictObject({ from: z.string().max(200), to: z.string().max(200) }),
  "keyring.sealing_key_created": z.strictObject({ id }),
  "keyring.created": z.strictObject({ generation: version, cmk: id }),
  "log.key_created": z.strictObject({ new: z.string().max(300) }),
  "log.signing_refused": z.strictObject({ reason: code }),
  "log.key_rotated": z.strictObject({ old: z.string().max(300), new: z.string().max(300) }),
  "log.epoch_opened": z.strictObject({
    epoch: version,
    old_note: z.string().max(2000),
    reason: z.string().max(300),
  }),
} as const satisfies Record<string, z.ZodType>;

export type Action = keyof typeof ACTIONS;
export type Detail<A extends Action> = z.input<(typeof ACTIONS)[A]>;

export type Actor = { type: ActorType; id: string; session?: string };

export const TARGET_TYPES = [
  "deployment",
  "person",
  "tenant",
  "key",
  "key_version",
  "token",
  "operator_token",
  "operation",
  "rewrap_job",
  "record",
  "collection",
  "cmk",
  "connection",
  "sealing_key",
  "keyring",
  "log",
  "audit",
] as const;
export type TargetType = (typeof TARGET_TYPES)[number];
export type Target = { type: TargetType; id: string };

/** What a service says happened; time, id, request and actor are added where it is written. */
export type EventDraft = {
  [A in Action]: {
    action: A;
    target: Target;
    detail: Detail<A>;
    outcome?: Outcome;
    reason?: string;
    /** The event that made this one happen: for an effect, the request's event id. */
    cause?: string;
  };
}[Action];

/** The target id of one version of a key: `<key id>/<number>`. */
export const keyVersionTarget = (keyId: string, number: number): Target => ({
  type: "key_version",
  id: `${keyId}/${number}`,
});
