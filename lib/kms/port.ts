import type { Pairs } from "#lib/crypto/encryption-context.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";

export const KMS_PROVIDERS = ["local", "aws", "azure", "gcp", "vault"] as const;
export type KmsProvider = (typeof KMS_PROVIDERS)[number];

/** One version of a CMK: the provider, its id of the key, its id of the version as text. */
export type CmkRef = { provider: KmsProvider; keyId: string; version: string };

/** How long a call may take, and who may end it. */
export type CallOptions = { signal?: AbortSignal; timeoutMs?: number };

/** What differs between providers, as data: callers ask this and never the provider's name. */
export type KmsCapabilities = {
  /** Does the provider authenticate the pairs itself, or does only the hash in the payload bind them? */
  aad: "native" | "client-bound";
  /** May the caller choose the version that wraps? */
  wrapVersionChoice: boolean;
  /** Does the adapter notice a blob that is another version's than it was told? Not every provider names the version it opened with. */
  unwrapVersion: "checked" | "unchecked";
  /** May Keyfold make the next version? */
  createVersion: boolean;
  /** May Keyfold destroy one version, and does that take effect at once or after a wait? */
  destroyVersion: "immediate" | "scheduled" | "none";
  plaintextBytesMax: number;
};

export type CmkVersion = { ref: CmkRef; health: CmkHealth; createdAt: Date | null };

/** What an administrator should know of a CMK that works. */
export const CMK_WARNINGS = [
  "not-hsm",
  "exportable",
  "purge-protection-off",
  "expires-soon",
  "versions-hidden",
  "deletion-allowed",
  "wildcard-policy",
  "wildcard-actions",
  "policy-unread",
] as const;
export type CmkWarning = (typeof CMK_WARNINGS)[number];

export type CmkDescription = {
  /** Of the version that wraps now; `destroyed` when every version is. */
  health: CmkHealth;
  protection: "software" | "hsm" | "external" | "unknown";
  currentVersion: string | null;
  /** Oldest first. */
  versions: readonly CmkVersion[];
  /** The provider's own name of the algorithm. */
  algorithm: string;
  origin: "provider" | "imported" | "external" | "unknown";
  /** When the provider will delete it, where that is scheduled. */
  deletionAt: Date | null;
  warnings: readonly CmkWarning[];
};

export type Wrapped = { blob: Uint8Array; cmkVersion: string };

/** Whether the provider rotates the CMK by itself. */
export type CmkSchedule = { automatic: boolean; periodDays: number | null; nextAt: Date | null };

/** What a connection's test asks one by one, so that a failure names its cause. */
export type KmsChecks = {
  /** Any answer will do. */
  reach(options?: CallOptions): Promise<void>;
  /** Proves who we are, afresh. */
  authenticate(options?: CallOptions): Promise<void>;
  readSchedule(options?: CallOptions): Promise<CmkSchedule>;
  /** May we make versions? Absent where the provider cannot be asked without doing it. */
  mayCreateVersion?(options?: CallOptions): Promise<boolean>;
  /** Whom and what the policy lets in beyond need, or `policy-unread`. Absent where no policy can be read with a key. */
  judgePolicy?(options?: CallOptions): Promise<readonly CmkWarning[]>;
};

/**
 * One CMK at one provider. Every provider implements this and passes `conformance.ts`; keepers call it through
 * `wrap-kek.ts`, which owns the payload, the pairs and the deadline.
 *
 * Everything throws a `DomainError` of the KMS group (`KMS_…`) and nothing else, except that an aborted signal throws
 * the signal's own reason.
 */
export type KmsAdapter = {
  readonly provider: KmsProvider;
  /** What records call `kms_key_id`, such as `local:<cmk id>`. */
  readonly keyId: string;
  readonly capabilities: KmsCapabilities;
  /** Of a provider that is asked over a network. */
  readonly checks?: KmsChecks;

  /** Wraps at most `plaintextBytesMax` bytes, under the current version unless one is chosen. */
  wrap(plaintext: Uint8Array, pairs: Pairs, options?: CallOptions & { version?: string }): Promise<Wrapped>;

  /** The bytes that were wrapped, in memory the caller owns and wipes; never bytes that were wrapped under other pairs where `aad` is native. */
  unwrap(blob: Uint8Array, cmkVersion: string, pairs: Pairs, options?: CallOptions): Promise<Uint8Array>;

  /** What the provider says of the CMK. Throws `KMS_KEY_NOT_FOUND` only for a CMK it never had. */
  describe(options?: CallOptions): Promise<CmkDescription>;

  /** Makes the version after `after` current, or returns it when a call before this one did: safe to repeat. */
  createVersion?(after: string, options?: CallOptions): Promise<string>;

  /** Destroys one version for good; safe to repeat. `caveat` says in one sentence what the provider cannot reach. */
  destroyVersion?(version: string, options?: CallOptions): Promise<{ caveat: string | null }>;
};
