import type { ConnectionView } from "#lib/domain/connection-view.ts";
import type { CmkHealth } from "#lib/domain/key-state.ts";
import type { KeyView } from "#lib/domain/key-view.ts";
import { PROVIDER_NAMES } from "./connection-words.ts";

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

/** Is a place shared by tenants? Null is the CMK that the operator's settings name. */
export const isShared = (holder: Pick<KeyHolder, "custody"> | null): boolean =>
  holder === null || holder.custody === "platform";

/** How a request to put a key there names the place. */
export const placeFor = ({ custody, id, name }: KeyHolder) =>
  custody === "platform" ? { platformConnection: id } : { connection: name };

/** A connection where one of several is chosen. */
export const holderLabel = ({ custody, name, provider }: KeyHolder): string =>
  `The ${custody === "platform" ? "platform’s " : ""}connection ${name} (${PROVIDER_NAMES[provider]})`;

/** The connection that holds a key; null where the CMK of the operator's settings does. */
export const holderOf = (key: KeyView, holders: readonly KeyHolder[]): KeyHolder | null => {
  const current = key.versions.find((version) => version.current);
  return holders.find(({ id }) => id === current?.cmk.id) ?? null;
};

/** The CMK of a connection, or the platform's, in a sentence. */
export const holderName = (holder: Pick<KeyHolder, "name"> | null): string =>
  holder === null ? "the platform’s CMK" : `the CMK of ${holder.name}`;
