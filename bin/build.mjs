import { createHash, randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS } from "./node24.mjs";
import { inRoot, Refusal, ROOT, say } from "./paths.mjs";
import { quietRun } from "./quiet-run.mjs";

const SOURCES = [
  "app",
  "components",
  "db",
  "lib",
  "public",
  "next.config.ts",
  "package.json",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
  "tailwind.config.ts",
];

const filesUnder = (path) => {
  if (!existsSync(inRoot(path))) return [];
  if (statSync(inRoot(path)).isFile()) return [path];
  return readdirSync(inRoot(path))
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
};

const sourceHash = () => {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesUnder)) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash.update(`${file}\0`).update(
      createHash("sha256")
        .update(readFileSync(inRoot(file)))
        .digest(),
    );
  }
  return hash.digest("hex");
};

// Without one, every build would make its own and forms that were open during an upgrade would fail.
const actionsKey = () => {
  const file = inRoot(".cache", "server-actions.key");
  if (!existsSync(file)) {
    mkdirSync(inRoot(".cache"), { recursive: true });
    writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
};

// The standalone server serves these, and `next build` leaves it to us to put them there.
const completeStandalone = () => {
  cpSync(inRoot(".next", "static"), inRoot(".next", "standalone", ".next", "static"), { recursive: true });
  if (existsSync(inRoot("public"))) {
    cpSync(inRoot("public"), inRoot(".next", "standalone", "public"), { recursive: true });
  }
};

/** Builds the console when its sources are not those of the last build. */
export const ensureBuilt = async (node) => {
  const stamp = inRoot(".next", "standalone", "keyfold-sources.sha256");
  const hash = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  say("Building the console (about a minute) …");
  rmSync(stamp, { force: true });
  const { ok, output } = await quietRun(node, [...NODE_FLAGS, "node_modules/next/dist/bin/next", "build"], {
    cwd: ROOT,
    env: {
      ...process.env,
      KEYFOLD_DIST_DIR: ".next",
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionsKey(),
    },
    still: "Still building the console …",
  });
  if (!ok) throw new Refusal(`${output.trimEnd()}\nThe console could not be built (see above).`);
  completeStandalone();
  writeFileSync(stamp, hash);
};
