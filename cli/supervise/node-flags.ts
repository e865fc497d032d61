/**
 * How the keeper and the console run. As in `bin/node24.mjs`, and with twice the room for young objects that a
 * command has: a batch of requests fits, and is collected in a few milliseconds.
 */
export const NODE_FLAGS = [
  "--disable-warning=DEP0169",
  "--disable-warning=ExperimentalWarning",
  `--import=${new URL("../../bin/resolve-drizzle.mjs", import.meta.url).href}`,
  "--max-semi-space-size=16",
];
