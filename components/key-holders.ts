import type { ConnectionView } from "#lib/domain/connection-view.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import type { KeyView } from "#lib/domain/key-view.ts";

/** A connection as a place for keys. */
export type KeyHolder = Pick<ConnectionView, "id" | "name" | "provider" | "custody" | "ready"> & {
  /** What its last probe found; null while there was none. */
  health: CmkHealth | null;
};

export const toKeyHolder = ({ id, name, provider, custody, ready, probe }: ConnectionView): KeyHolder => ({
  id,
  name,
  provider,
  custody,
  ready,
  health: probe?.health ?? null,
});

/** The versions of a key that some CMK still wraps. */
export const wrappedVersions = ({ versions }: KeyView) =>
  versions.filter(({ state }) => state !== "destroyed");

/** The connection that holds a key; null where the platform's CMK does. */
export const holderOf = (key: KeyView, holders: readonly KeyHolder[]): KeyHolder | null => {
  const current = key.versions.find((version) => version.current);
  return holders.find(({ id }) => id === current?.cmk.id) ?? null;
};

/** The CMK of a connection, or the platform's, in a sentence. */
export const holderName = (holder: Pick<KeyHolder, "name"> | null): string =>
  holder === null ? "the platform’s CMK" : `the CMK of ${holder.name}`;
