const UUID = /^([0-9a-f]{8}-[0-9a-f]{4})-[0-9a-f-]{22}/;
const SHOWN_CHARS = 32;

/**
 * An id where the whole one has no room: the first 13 characters of a UUID and what follows it, as a version's
 * number. Fewer would be the time alone, and the same for all that was made in a minute. Words stay whole.
 */
export const shortId = (id: string): string => {
  const short = id.replace(UUID, "$1");
  return short.length > SHOWN_CHARS ? `${short.slice(0, SHOWN_CHARS)}…` : short;
};
