import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "#lib/domain/ids.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { PlatformSettings } from "#lib/kms/settings/read-settings.ts";
import { createKeeper, type KeeperOptions } from "../create-keeper.ts";
import type { Keeper } from "../keeper.ts";
import { roundTrip } from "../server/health.ts";
import { startWaiting } from "./waiting.ts";

const RETRY_MS = 5_000;

const isKmsError = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.code.startsWith("KMS_");

/** `REQUIRE_ENCRYPTION`: the keyring has been opened, and what is wrapped now opens again. */
const openRequired = async (options: KeeperOptions): Promise<Keeper> => {
  try {
    const keeper = await createKeeper(options);
    if (await roundTrip(keeper, keeper.kms(keeper.platform.id))) return keeper;
    throw new DomainError("KMS_BAD_RESPONSE", "The platform key gives back something else than was wrapped.");
  } catch (error) {
    if (!isKmsError(error)) throw error;
    const sentence = `${error.message} REQUIRE_ENCRYPTION is true, so nothing starts without a platform key that works.`;
    throw new DomainError(error.code, sentence, { cause: error });
  }
};

/** Resolves when the process is asked to end. */
const whenAskedToEnd = (): { asked: AbortSignal; forget(): void } => {
  const asked = new AbortController();
  const end = () => asked.abort();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, end);
  return {
    asked: asked.signal,
    forget: () => {
      for (const name of ["SIGTERM", "SIGINT"] as const) process.off(name, end);
    },
  };
};

/**
 * A keeper with its platform key open. When the key does not answer, this ends with the provider's error where
 * encryption is required; else it waits, says so to whoever asks, and goes on when the key works. Null: it was asked to
 * end while it waited.
 *
 * @throws what cannot mend itself, such as settings that name another key than the one on record.
 */
export const openKeeper = async (
  options: KeeperOptions,
  { required }: PlatformSettings,
): Promise<Keeper | null> => {
  if (required) return openRequired(options);
  const first = await attempt(options);
  if (!(first instanceof DomainError)) return first;
  const { asked, forget } = whenAskedToEnd();
  const waiting = await startWaiting({ ...options, id: newId(), failure: first });
  try {
    for (let told = first.code; !asked.aborted; ) {
      await sleep(RETRY_MS, undefined, { signal: asked }).catch(() => {});
      if (asked.aborted) break;
      const outcome = await attempt(options);
      if (!(outcome instanceof DomainError)) return outcome;
      if (outcome.code !== told) waiting.say(outcome);
      told = outcome.code;
    }
    return null;
  } finally {
    await waiting.close();
    forget();
  }
};

const attempt = async (options: KeeperOptions): Promise<Keeper | DomainError> => {
  try {
    return await createKeeper(options);
  } catch (error) {
    if (isKmsError(error)) return error;
    throw error;
  }
};
