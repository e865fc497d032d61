import { registerHooks } from "node:module";

// Node 24 parses the 137 KB of exports in drizzle-orm's package.json each time the package is named, and once more for
// each of its hundred modules: about a second in every process that starts. What is found once is kept, and what its
// modules import of each other needs no question.
const PACKAGE = "/node_modules/drizzle-orm/";
const found = new Map();

registerHooks({
  resolve: (specifier, context, next) => {
    if (!context.conditions.includes("import")) return next(specifier, context);
    if (specifier.startsWith(".") && specifier.endsWith(".js") && context.parentURL?.includes(PACKAGE))
      return { url: new URL(specifier, context.parentURL).href, format: "module", shortCircuit: true };
    if (specifier !== "drizzle-orm" && !specifier.startsWith("drizzle-orm/")) return next(specifier, context);
    const known = found.get(specifier) ?? next(specifier, context);
    found.set(specifier, known);
    return { ...known, shortCircuit: true };
  },
});
