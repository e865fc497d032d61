import type { Fault, FaultKind } from "#emulators/faults.ts";
import { generateKek } from "#lib/crypto/kek.ts";
import { newUuid } from "#lib/crypto/uuid.ts";
import { DomainError } from "#lib/domain/errors.ts";
import { withDeadline } from "#lib/kms/deadline.ts";
import { type FailureClass, failureClass } from "#lib/kms/failure-class.ts";
import { errorOfHealth } from "#lib/kms/health.ts";
import type { KmsAdapter, Wrapped } from "#lib/kms/port.ts";
import { unwrapKek, wrapKek } from "#lib/kms/wrap-kek.ts";
import { KMS_SCENES, type KmsScene } from "./kms-scenes.ts";

const IMPATIENT_MS = 400;

type Expected = { fault: FaultKind | "denied" | "disabled"; is: FailureClass; timeoutMs?: number };

/** The thirteen ways to fail, and what each asks of the caller. */
export const KMS_FAULTS: readonly Expected[] = [
  { fault: "throttle", is: "retry" },
  { fault: "internal-error", is: "retry" },
  { fault: "unavailable", is: "retry" },
  { fault: "hang", is: "retry", timeoutMs: IMPATIENT_MS },
  { fault: "slow", is: "retry", timeoutMs: IMPATIENT_MS },
  { fault: "reset", is: "retry" },
  { fault: "half-answer", is: "retry" },
  { fault: "denied", is: "operator" },
  { fault: "disabled", is: "operator" },
  { fault: "wrong-version", is: "stop" },
  { fault: "garbage", is: "stop" },
  { fault: "not-json", is: "stop" },
  { fault: "too-large", is: "stop" },
];

const kek = generateKek({ keyId: newUuid(), version: 1 });
const bound = { tenant: newUuid(), key: kek.keyId, purpose: "default", version: 1 };

type Sample = { wrapped: Wrapped; current: string };
type Operation = (adapter: KmsAdapter, sample: Sample, timeoutMs: number | undefined) => Promise<unknown>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  wrap: (adapter, _, timeoutMs) => wrapKek(adapter, kek, bound, { timeoutMs }),
  unwrap: (adapter, { wrapped }, timeoutMs) => unwrapKek(adapter, wrapped, bound, { timeoutMs }),
  describe: async (adapter, _, timeoutMs) => {
    const { health } = await withDeadline({ timeoutMs }, (signal) => adapter.describe({ signal }));
    // A description does not fail because the key is unusable; what it says counts.
    if (health !== "enabled") throw errorOfHealth(health);
  },
  createVersion: (adapter, { current }, timeoutMs) =>
    withDeadline({ timeoutMs }, async (signal) => adapter.createVersion?.(current, { signal })),
};

export type KmsGrid = {
  result: { cells: number; classified: number; wrong: number };
  problems: readonly string[];
};

/** Every fault at every provider in every operation, and whether it is taken for what it is. */
export const runKmsGrid = async (say: (line: string) => void): Promise<KmsGrid> => {
  const result = { cells: 0, classified: 0, wrong: 0 };
  const problems: string[] = [];
  // Most of it is waiting for answers that do not come: the providers are asked beside each other.
  const runProvider = async ([provider, open]: [string, () => Promise<KmsScene>]): Promise<void> => {
    const scene = await open();
    try {
      for (const expected of KMS_FAULTS)
        for (const [name, operation] of Object.entries(OPERATIONS)) {
          const got = await runCell(scene, expected, operation);
          result.cells += 1;
          if (got.is !== null) result.classified += 1;
          if (got.is === expected.is) continue;
          result.wrong += 1;
          problems.push(`${provider} ${name} under ${expected.fault}: ${got.text}, and not ${expected.is}.`);
        }
    } finally {
      await scene.close();
    }
    say(`${provider}: ${KMS_FAULTS.length * Object.keys(OPERATIONS).length} cells`);
  };
  await Promise.all(Object.entries(KMS_SCENES).map(runProvider));
  return { result, problems };
};

const runCell = async (
  scene: KmsScene,
  { fault, timeoutMs }: Expected,
  operation: Operation,
): Promise<{ is: FailureClass | null; text: string }> => {
  const wrapped = await wrapKek(scene.adapter, kek, bound);
  const current = (await scene.adapter.describe()).currentVersion ?? "";
  // Once, so that no cell waits for what a first call alone does.
  await unwrapKek(scene.adapter, wrapped, bound);
  if (fault === "denied") scene.deny();
  else if (fault === "disabled") scene.disable();
  else scene.fault({ kind: fault, times: Number.POSITIVE_INFINITY } satisfies Fault);
  try {
    await operation(scene.adapter, { wrapped, current }, timeoutMs);
    return { is: null, text: "it succeeded" };
  } catch (error) {
    if (!(error instanceof DomainError)) return { is: null, text: String(error) };
    const is = failureClass(error.code);
    return { is, text: `${error.code} is ${String(is)} (${error.message})` };
  } finally {
    scene.mend();
  }
};
