import { openPlatformCmk } from "#lib/kms/settings/open-platform-cmk.ts";
import type { PlatformSettings } from "#lib/kms/settings/read-settings.ts";
import type { Env } from "#lib/kms/settings/setting.ts";
import { openLocalKms, readRoots } from "./open-roots.ts";
import { localPlatformKey, type PlatformKey, remotePlatformKey } from "./platform-key.ts";

/**
 * The platform CMK that the settings name. Of the providers' libraries only its own is loaded, and no provider is asked.
 *
 * @throws `INVALID_INPUT` or `KMS_MISCONFIGURED` with one sentence for settings that cannot be right.
 */
export const openPlatformKey = async (
  { remote }: PlatformSettings,
  env: Env,
  dataDir: string,
): Promise<PlatformKey> => {
  if (remote !== null) return remotePlatformKey(await openPlatformCmk(remote, env), remote.key.from);
  const roots = await readRoots(env, dataDir);
  return localPlatformKey(await openLocalKms(dataDir, roots), roots);
};
