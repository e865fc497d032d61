import type { KmsProvider } from "../port.ts";
import { readConfigFile } from "./config-file.ts";
import { PROVIDER_NAMES, providerNamed } from "./provider-name.ts";
import {
  type Env,
  type FileSettings,
  type Given,
  givenOf,
  nameOf,
  refuseSetting,
  SETTINGS,
  type SettingName,
} from "./setting.ts";

/** A platform CMK that a provider holds: the text that names it there, and the setting which said so. */
export type RemoteSettings = {
  provider: Exclude<KmsProvider, "local">;
  key: Given;
  /** Vault alone: its address, and where the transit engine is mounted. */
  address: Given | null;
  mount: string;
};

export type PlatformSettings = {
  /** `REQUIRE_ENCRYPTION`: nothing starts without a platform key that works. */
  required: boolean;
  /** Null is the local provider. */
  remote: RemoteSettings | null;
};

const KEY_SETTING = {
  gcp: "gcpKey",
  aws: "awsKey",
  azure: "azureKey",
  vault: "vaultKey",
} as const satisfies Record<RemoteSettings["provider"], SettingName>;

const TRANSIT = "transit";

/**
 * Where the platform CMK is, from the environment and `keyfold.yaml`; the environment wins.
 *
 * @throws `INVALID_INPUT` with one sentence for a setting that is unknown, missing, or says something else than another.
 */
export const readPlatformSettings = async (env: Env): Promise<PlatformSettings> =>
  settingsFrom(env, await readConfigFile(env));

const settingsFrom = (env: Env, file: FileSettings): PlatformSettings => {
  const given = (name: SettingName) => givenOf(name, env, file);
  const required = readRequired(given("required"));
  const named = given("provider");
  const provider = named === null ? "local" : providerOf(named);
  for (const other of Object.keys(KEY_SETTING) as RemoteSettings["provider"][]) {
    const key = given(KEY_SETTING[other]);
    if (key !== null && other !== provider) refuseOther(key, other, named);
  }
  if (provider === "local") return { required, remote: null };
  const root = ["ENCRYPTION_KEY", "ENCRYPTION_KEY_PREVIOUS"].find((name) => env[name]);
  if (root !== undefined)
    refuseSetting(
      `${root} belongs to the provider local, and ${named?.from} is ${PROVIDER_NAMES[provider]}: remove one of the two.`,
    );
  const must = (name: SettingName): Given =>
    given(name) ?? refuseSetting(`${PROVIDER_NAMES[provider]} needs ${nameOf(name)}.`);
  const key = must(KEY_SETTING[provider]);
  const address = provider === "vault" ? must("vaultAddress") : null;
  return { required, remote: { provider, key, address, mount: given("vaultMount")?.value ?? TRANSIT } };
};

const readRequired = (given: Given | null): boolean => {
  if (given === null || given.value === "false") return false;
  return (
    given.value === "true" || refuseSetting(`${given.from} is "${given.value}": set it to true or false.`)
  );
};

const providerOf = ({ value, from }: Given): KmsProvider =>
  providerNamed(value) ??
  refuseSetting(`${from} is "${value}": set it to one of ${Object.values(PROVIDER_NAMES).join(", ")}.`);

/** A CMK that is named and not used: somebody believes that it protects something. */
const refuseOther = (key: Given, other: RemoteSettings["provider"], named: Given | null): never =>
  refuseSetting(
    named === null
      ? `${key.from} is set and ${SETTINGS.provider.env} is not: set that to ${PROVIDER_NAMES[other]}, or remove ${key.from}.`
      : `${key.from} names a key of ${PROVIDER_NAMES[other]}, and ${named.from} is ${named.value}: remove one of the two.`,
  );
