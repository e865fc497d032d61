import { usageError } from "#cli/shell/parse.ts";

/** Whose connection a command is about. */
export const WHOSE = {
  tenant: { type: "string", value: "slug", help: "the tenant whose connection it is" },
  platform: { type: "boolean", help: "the platform's own, for keys of any tenant" },
} as const;

export const WHOSE_USAGE = "--tenant <slug> | --platform";

/** The one of two use cases that is meant, what it is told of the tenant, and words for people. */
export const whoseOf = ({ tenant, platform }: { tenant: string | undefined; platform: boolean }) => {
  if ((tenant === undefined) !== platform) throw usageError("Give --tenant <slug>, or --platform.");
  return {
    choose: <T, P>(ofTenant: T, ofPlatform: P): T | P => (platform ? ofPlatform : ofTenant),
    raw: tenant === undefined ? {} : { tenant },
    name: tenant ?? "the platform",
    flag: tenant === undefined ? "--platform" : `--tenant ${tenant}`,
  };
};
