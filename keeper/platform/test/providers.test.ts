import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { createTestDatabase } from "#db/testing/test-database.ts";
import { prepareTenant } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { PROVIDERS } from "./provider-scene.ts";
import { type SpawnedKeeper, spawnKeeper } from "./spawned-keeper.ts";

const REQUIRED = { REQUIRE_ENCRYPTION: "true" };

const started: SpawnedKeeper[] = [];
afterEach(async () => {
  for (const keeper of started.splice(0)) await keeper.stop();
});

describe("a platform key that is waited for", { timeout: 60_000 }, () => {
  it("may be one that was never there; the wait ends in good order, and another provider is no way out", async () => {
    const t = await createTestDatabase(inject("superuserUrl"));
    const folder = mkdtempSync(join(tmpdir(), "keyfold-provider-"));
    const scene = await PROVIDERS["hashicorp-vault"]();
    const urls = { KEEPER_DATABASE_URL: t.urls.keeper, SEQUENCER_DATABASE_URL: t.urls.sequencer };
    const start = async (env: Record<string, string>): Promise<SpawnedKeeper> => {
      const keeper = await spawnKeeper({ ...urls, ...env }, folder);
      started.push(keeper);
      return keeper;
    };
    try {
      const waiting = await start({ ...scene.env, [scene.key.setting]: scene.key.missing });
      expect(await (await waiting.until("/health/crypto", 503)).json()).toMatchObject({ key_version: 0 });
      await waiting.stop();
      expect(await waiting.exited).toBe(0);
      const [said] = await t.superuser`SELECT body -> 'stopped' AS stopped FROM keeper_heartbeat`;
      expect(said).toEqual({ stopped: true });

      const first = await start(scene.env);
      await first.until("/readyz", 200);
      await first.stop();
      const local = await start({});
      expect(await local.exited).toBe(1);
      expect(local.words()).toContain("is at hashicorp-vault, and the settings say local");
    } finally {
      await scene.close();
      await t.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the local platform key", { timeout: 60_000 }, () => {
  it("needs no provider's library, and none is loaded", async () => {
    const t = await createTestDatabase(inject("superuserUrl"));
    const folder = mkdtempSync(join(tmpdir(), "keyfold-provider-"));
    try {
      const urls = { KEEPER_DATABASE_URL: t.urls.keeper, SEQUENCER_DATABASE_URL: t.urls.sequencer };
      const keeper = await spawnKeeper({ ...urls, ...REQUIRED }, folder);
      started.push(keeper);
      await keeper.until("/readyz", 200);
      await prepareTenant(cliContext(t));
      expect(keeper.packages()).toEqual([]);
      await keeper.stop();
    } finally {
      await t.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
