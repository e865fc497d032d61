#!/usr/bin/env node
import { existsSync } from "node:fs";
import { handOver } from "./hand-over.mjs";
import { COMMAND_FLAGS, findNode24 } from "./node24.mjs";
import { inRoot, Refusal, runMain } from "./paths.mjs";

await runMain(async () => {
  if (!existsSync(inRoot("node_modules", ".package-lock.json"))) {
    throw new Refusal("Keyfold is not installed yet: run npm start first.");
  }
  return handOver(findNode24(), "cli/main.ts", process.argv.slice(2), { flags: COMMAND_FLAGS });
});
