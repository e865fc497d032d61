import { createLoader, parseAsBoolean, parseAsString } from "nuqs/server";

/** All of the page's state: what is shown can be sent to somebody. */
export const LOG_PARAMS = {
  q: parseAsString.withDefault(""),
  from: parseAsString.withDefault(""),
  to: parseAsString.withDefault(""),
  cursor: parseAsString.withDefault(""),
};

/** State that changes nothing of what the server reads. */
export const VIEW_PARAMS = {
  open: parseAsString.withDefault(""),
  live: parseAsBoolean.withDefault(false),
};

export const loadLogParams = createLoader(LOG_PARAMS);
