/**
 * How our processes run: as in `bin/node24.mjs`, which runs before anything can be imported from here. A small young
 * generation is collected often and in a few milliseconds each time.
 */
export const NODE_FLAGS = [
  "--disable-warning=DEP0169",
  "--disable-warning=ExperimentalWarning",
  "--max-semi-space-size=8",
];
