/**
 * How the keeper and the console run. Quiet as in `bin/node24.mjs`, and with twice the room for young objects that a
 * command has: a batch of requests fits, and is collected in a few milliseconds.
 */
export const NODE_FLAGS = [
  "--disable-warning=DEP0169",
  "--disable-warning=ExperimentalWarning",
  "--max-semi-space-size=16",
];
