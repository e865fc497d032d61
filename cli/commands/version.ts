import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "#cli/shell/command.ts";
import { z } from "#lib/domain/zod.ts";

const Manifest = z.object({ version: z.string() });

export const version = defineCommand({
  usage: "version [--json]",
  args: [],
  options: {},
  run: async () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8");
    const keyfold = Manifest.parse(JSON.parse(text)).version;
    const node = process.version.slice(1);
    return { json: { version: keyfold, node }, text: `Keyfold ${keyfold} on Node ${node}` };
  },
});
