import { type DataPlane, encryptValues, loadRecords } from "./data-plane.ts";
import { keyfold, keyfoldJson } from "./keyfold.ts";

/** A slug of its own for each run of a file, so that it can be run again on the same instance. */
export const uniqueSlug = (name: string): string => `${name}-${Date.now().toString(36)}`;

/** A tenant with a key, made beside the browser. */
export const seedTenant = async (slug: string, name: string): Promise<void> => {
  await keyfold("tenant", "create", slug, "--name", name);
  await keyfold("key", "create", "default", "--tenant", slug);
};

/** Gives a tenant so many records and a rotated key, so that something is left to rewrap. */
export const seedOldRecords = async (slug: string, records: number): Promise<DataPlane> => {
  const { token } = await keyfoldJson<{ token: string }>(
    "token",
    "create",
    "--tenant",
    slug,
    "--scope",
    "records:read,records:write",
  );
  const plane: DataPlane = { tenant: slug, token };
  await loadRecords(
    plane,
    new Map(Array.from({ length: records }, (_, n) => [`r-${n}`, `r-${n}@example.com`])),
  );
  await keyfold("key", "rotate", "default", "--tenant", slug);
  return plane;
};

/** Starts a rewrap so slow that it is still under way when a test looks at it; its id. */
export const startSlowRewrap = async (slug: string): Promise<string> => {
  const { id } = await keyfoldJson<{ id: string }>(
    "rewrap",
    "start",
    "default",
    "--tenant",
    slug,
    "--max-rate",
    "1",
  );
  return id;
};

/** Has so many values encrypted for an application that keeps them itself: their wraps leave under the current version. */
export const seedOutside = async (slug: string, values: number): Promise<void> => {
  const mint = ["token", "create", "--tenant", slug, "--scope", "crypto:use"];
  const { token } = await keyfoldJson<{ token: string }>(...mint);
  await encryptValues({ tenant: slug, token }, values);
};
