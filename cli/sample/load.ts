import { DomainError } from "#lib/domain/errors.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { finishSample } from "#lib/services/sample/finish-sample.ts";
import { noteProgress } from "#lib/services/sample/note-progress.ts";
import { startSample } from "#lib/services/sample/start-sample.ts";
import { SAMPLE_TENANTS, samplePlan, writtenAfter } from "./plan.ts";
import { createScene } from "./scene.ts";
import { doStep, tidyTokens } from "./steps.ts";

export type LoadOptions = {
  /** Where the data plane answers. */
  url: string;
  /** For each tenant; a run that was cut short keeps the size it has. */
  records: number;
  signal: AbortSignal;
  tell?: (written: number, total: number) => void;
};

/** The sample was taken away while it was loaded: nothing more is to be done. */
const isGone = (error: unknown): boolean => error instanceof DomainError && error.code === "NOT_FOUND";

/**
 * Loads the sample through the services and the data plane, as people and applications would, or goes on with a run
 * that was cut short. False when it was removed meanwhile.
 */
export const loadSample = async (ctx: ServiceContext, options: LoadOptions): Promise<boolean> => {
  const { url, signal, tell = () => {} } = options;
  const begun = await startSample(ctx, { records: options.records, tenants: SAMPLE_TENANTS.length });
  const { records, step: first } = begun.result;
  const plan = samplePlan(records);
  const total = records * SAMPLE_TENANTS.length;
  const scene = createScene(ctx, url, signal);
  let step = first;
  const note = (error: string | null) =>
    noteProgress(ctx, { step, written: writtenAfter(plan, step), error });
  const beat = async (): Promise<void> => {
    if (!(await note(null))) throw new DomainError("NOT_FOUND", "The sample is being removed.");
  };
  try {
    // Tokens of the run before are lost; what is lost should not count.
    if (first > 0)
      for (const tenant of SAMPLE_TENANTS.keys()) await tidyTokens(scene, tenant).catch(() => {});
    for (const next of plan.slice(first)) {
      signal.throwIfAborted();
      await doStep(scene, next, beat);
      step += 1;
      await beat();
      tell(writtenAfter(plan, step), total);
    }
    await finishSample(ctx, {});
    return true;
  } catch (error) {
    if (isGone(error) && !(await note(null))) return false;
    if (!signal.aborted)
      await note(error instanceof DomainError ? error.message : "Something went wrong on our side.");
    throw error;
  }
};
