import type { PreflightWarning } from "#lib/domain/preflight.ts";
import type { CmkWarning } from "#lib/kms/port.ts";

const SENTENCES: Readonly<Record<CmkWarning, string>> = {
  "not-hsm": "The key is kept in software, not in an HSM.",
  exportable: "The key can be exported: whoever may do that can open everything without the provider.",
  "purge-protection-off": "Purge protection is off: a deleted key can be made unrecoverable at once.",
  "deletion-allowed": "The key's deletion is allowed: it can be destroyed at once, without a waiting period.",
  "expires-soon": "The key, or its material, expires within 30 days.",
  "versions-hidden":
    "The provider does not list the key's versions to us: old versions and their dates are not shown.",
  "wildcard-policy": "The key's policy lets in everybody, or this connection to more keys than this one.",
  "wildcard-actions":
    "The key's policy allows this connection every action, also deleting the key. It needs only those of the setup.",
  "policy-unread": "We may not read the key's policy: whether it lets in more than it must was not checked.",
};

/** What an administrator should know of a CMK that works. */
export const toWarnings = (warnings: readonly CmkWarning[]): PreflightWarning[] =>
  warnings.map((code) => ({ code, sentence: SENTENCES[code] }));
