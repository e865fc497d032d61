import { generateKek, type Kek } from "#lib/crypto/kek.ts";
import type { KekBinding } from "#lib/crypto/kek-payload.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import type { PreflightStepName, PreflightWarning, ProviderVersion } from "#lib/domain/preflight.ts";
import { errorOfHealth } from "#lib/kms/health.ts";
import { KmsError } from "#lib/kms/kms-error.ts";
import type { CallOptions, CmkDescription, KmsAdapter, Wrapped } from "#lib/kms/port.ts";
import { unwrapKek, wrapKek } from "#lib/kms/wrap-kek.ts";
import { toProviderVersions } from "../provider-versions.ts";
import { toWarnings } from "./warnings.ts";

/** What one step learns and a later one needs. */
export type Learned = {
  description?: CmkDescription;
  canary?: Wrapped;
  versions: ProviderVersion[];
  warnings: PreflightWarning[];
};

export type StepArgs = {
  adapter: KmsAdapter;
  /** Whom the canary is bound to. */
  binding: KekBinding;
  learned: Learned;
  options: CallOptions;
};

/** Sentences of what was found; `untestable` and `missing` say so. */
export type Found = { found: string[]; state?: "untestable" | "missing" };

type Step = {
  name: PreflightStepName;
  tried: string;
  /** A failure leaves the connection usable. */
  optional?: true;
  run: (args: StepArgs) => Promise<Found>;
};

/** A canary is a key like any other, and protects nothing. */
export const canaryOf = (binding: KekBinding): Kek =>
  generateKek({ keyId: binding.key, version: binding.version });

const reach: Step = {
  name: "reach",
  tried: "a connection to the provider's address, with its certificate",
  run: async ({ adapter, options }) => {
    await adapter.checks?.reach(options);
    return { found: ["The address answers."] };
  },
};

const authenticate: Step = {
  name: "authenticate",
  tried: "a fresh login",
  run: async ({ adapter, options }) => {
    await adapter.checks?.authenticate(options);
    return { found: ["The provider knows who we are."] };
  },
};

const describe: Step = {
  name: "describe",
  tried: "the description of the key: its kind, use, state, protection and origin",
  run: async ({ adapter, learned, options }) => {
    const description = await adapter.describe(options);
    learned.description = description;
    learned.versions = toProviderVersions(description);
    learned.warnings.push(...toWarnings(description.warnings));
    if (description.health !== "enabled") throw errorOfHealth(description.health);
    const { algorithm, protection, origin } = description;
    return { found: [`${algorithm}, enabled.`, `Protection: ${protection}. Origin: ${origin}.`] };
  },
};

const wrap: Step = {
  name: "wrap",
  tried: "wrapping a fresh key that protects nothing, bound to this tenant",
  run: async ({ adapter, binding, learned, options }) => {
    const { tenant, purpose } = binding;
    learned.canary = await wrapKek(adapter, canaryOf(binding), { tenant, purpose }, options);
    return { found: [`Wrapped under version ${learned.canary.cmkVersion}.`] };
  },
};

const canaryIn = ({ canary }: Learned): Wrapped => {
  if (canary) return canary;
  throw new DomainError("INTERNAL", "There is no wrapped key to open.");
};

const unwrap: Step = {
  name: "unwrap",
  tried: "unwrapping it again",
  run: async ({ adapter, binding, learned, options }) => {
    await unwrapKek(adapter, canaryIn(learned), binding, options);
    return { found: ["The same key came back."] };
  },
};

const openedForAnother = (): KmsError =>
  new KmsError("KMS_BAD_RESPONSE", "The provider opened the key for another tenant.", {
    code: "keyfold:context-ignored",
  });

const wrongContext: Step = {
  name: "wrong-context",
  tried: "unwrapping it as another tenant, which must fail",
  run: async ({ adapter, binding, learned, options }) => {
    try {
      await unwrapKek(adapter, canaryIn(learned), { ...binding, tenant: newId() }, options);
    } catch (error) {
      const refusals = ["KMS_INVALID_CIPHERTEXT", "KMS_ACCESS_DENIED"];
      if (!(error instanceof DomainError) || !refusals.includes(error.code)) throw error;
      const isNative = adapter.capabilities.aad === "native";
      // Where the provider is to refuse, that only the hash in the payload did is not enough.
      if (isNative && !(error instanceof KmsError)) throw openedForAnother();
      const byWhom = isNative ? "The provider refused" : "Keyfold refused";
      return { found: [`${byWhom} it: the key is bound to its tenant.`] };
    }
    throw openedForAnother();
  },
};

const versions: Step = {
  name: "versions",
  tried: "the list of the key's versions",
  optional: true,
  run: async ({ learned }) => {
    const hidden = learned.description?.warnings.includes("versions-hidden");
    if (hidden) {
      return {
        state: "missing",
        found: ["Only the current version is shown to us. Its change is noticed; the others' dates are not."],
      };
    }
    const { length } = learned.versions;
    return { found: [`${length} ${length === 1 ? "version" : "versions"}.`] };
  },
};

const schedule: Step = {
  name: "schedule",
  tried: "the provider's rotation schedule",
  optional: true,
  run: async ({ adapter, options }) => {
    const read = await adapter.checks?.readSchedule(options);
    if (!read?.automatic) return { found: ["The provider does not rotate this key by itself."] };
    const every = read.periodDays === null ? "" : ` every ${read.periodDays} days`;
    const next = read.nextAt === null ? "" : `, next on ${read.nextAt.toISOString().slice(0, 10)}`;
    return { found: [`The provider rotates it by itself${every}${next}.`] };
  },
};

const rotate: Step = {
  name: "rotate",
  tried: "whether Keyfold may rotate the key, and whether its policy lets in more than it must",
  optional: true,
  run: async ({ adapter, learned, options }) => {
    const judged = (await adapter.checks?.judgePolicy?.(options)) ?? [];
    learned.warnings.push(...toWarnings(judged));
    const ask = adapter.checks?.mayCreateVersion;
    if (!ask) {
      return {
        state: "untestable",
        found: ["This provider does not say so without rotating. The first rotation will show it."],
      };
    }
    return (await ask(options))
      ? { found: ["It may."] }
      : { state: "missing", found: ["It may not: you rotate the key, and Keyfold notices."] };
  },
};

/** The steps in their order. */
export const STEPS: readonly Step[] = [
  reach,
  authenticate,
  describe,
  wrap,
  unwrap,
  wrongContext,
  versions,
  schedule,
  rotate,
];
