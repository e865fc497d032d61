import type { PreflightWarning } from "#lib/domain/preflight.ts";
import type { CmkDescription, CmkWarning } from "#lib/kms/port.ts";

const SENTENCES: Readonly<Record<CmkWarning, string>> = {
  "not-hsm": "The key is kept in software, not in an HSM.",
  exportable: "The key can be exported: whoever may do that can open everything without the provider.",
  "purge-protection-off": "Purge protection is off: a deleted key can be made unrecoverable at once.",
  "expires-soon": "The key, or its material, expires within 30 days.",
  "versions-hidden":
    "The provider does not list the key's versions to us: old versions and their dates are not shown.",
};

/** What an administrator should know of a CMK that works. */
export const warningsOf = ({ warnings }: CmkDescription): PreflightWarning[] =>
  warnings.map((code) => ({ code, sentence: SENTENCES[code] }));
