import type { SealedConnection } from "#db/queries/connection.ts";
import { notePreflight } from "#db/queries/preflight.ts";
import { secretFieldOf } from "#lib/domain/connection.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { OwnerId } from "#lib/domain/ids.ts";
import type { PreflightStep } from "#lib/domain/preflight.ts";
import { diagnose } from "#lib/kms/diagnosis/diagnose.ts";
import type { CallCounts } from "#lib/kms/call-count.ts";
import { createKmsRegistry } from "#lib/kms/registry.ts";
import type { Keeper } from "../../keeper.ts";
import { canaryBinding } from "../canary.ts";
import { cmkConfigOf, missingSecret } from "../cmk-config.ts";
import { egressOptionsOf } from "../egress-options.ts";
import { openConfig } from "../read-connection.ts";
import { type Learned, STEPS, type StepArgs } from "./steps.ts";
import { withOwner } from "../with-owner.ts";

/** Within the operation's lease, whatever hangs. */
const CALL_MS = 6_000;
const ALL_MS = 18_000;

export type PreflightResult = {
  passed: boolean;
  steps: PreflightStep[];
  learned: Learned;
  counts: CallCounts;
};

export const waitingSteps = (): PreflightStep[] =>
  STEPS.map(({ name, tried }) => ({ name, tried, state: "waiting", found: [], ms: null, diagnosis: null }));

/**
 * Tests a connection step by step and stops at the first failure that matters. It goes in by a way of its own, with a
 * fresh login, no second tries and no breaker: what is told is what happened just now.
 */
export const runPreflight = async (
  keeper: Keeper,
  ownerId: OwnerId,
  row: SealedConnection,
  preflightId: string,
): Promise<PreflightResult> => {
  const given = openConfig(keeper, ownerId, row);
  const { policy } = keeper.connections;
  const lacksSecret = given.secret === null && secretFieldOf(given.config) !== null;
  const steps = waitingSteps();
  const learned: Learned = { versions: [], warnings: [] };
  const registry = createKmsRegistry();
  const link = registry.connection({
    id: row.id,
    egress: egressOptionsOf(given.config, policy),
    retry: { attemptsMax: 1, firstWaitMs: 0, waitMsMax: 0 },
    failuresMax: Number.POSITIVE_INFINITY,
  });
  const all = AbortSignal.timeout(ALL_MS);
  const show = () => withOwner(keeper, ownerId, (tx) => notePreflight(tx, preflightId, steps));
  let opened: Promise<StepArgs> | undefined;
  const args = (): Promise<StepArgs> =>
    (opened ??= link.cmk(cmkConfigOf({ ...given, secret: given.secret ?? "" }, policy)).then((adapter) => ({
      adapter,
      binding: canaryBinding(ownerId, row.id),
      learned,
      options: { timeoutMs: CALL_MS, signal: all },
    })));
  let passed = true;
  try {
    for (const [place, step] of STEPS.entries()) {
      const shown = steps[place];
      if (!shown) continue;
      shown.state = "running";
      await show();
      const startedAt = performance.now();
      try {
        if (lacksSecret && step.name !== "reach") throw missingSecret();
        const { found, state = "passed" } = await step.run(await args());
        Object.assign(shown, { state, found });
      } catch (thrown) {
        const error = all.aborted ? tooSlow(thrown) : thrown;
        Object.assign(shown, {
          state: step.optional ? "missing" : "failed",
          diagnosis: diagnose(given.config, step.name, error, row.externalId),
        });
        passed &&= step.optional === true;
      }
      shown.ms = Math.round(performance.now() - startedAt);
      await show();
      if (!passed) break;
    }
    return { passed, steps, learned, counts: link.counts() };
  } finally {
    registry.close();
  }
};

const tooSlow = (cause: unknown): DomainError =>
  new DomainError("KMS_TIMEOUT", "The provider answered so slowly that the test was ended.", { cause });
