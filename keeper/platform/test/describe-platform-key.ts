import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "#db/testing/test-database.ts";
import { load, readBack } from "#keeper/testing/data-plane.ts";
import { createLedger } from "#keeper/testing/ledger.ts";
import { prepareTenant, TENANT } from "#keeper/testing/rewrap-rounds.ts";
import { cliContext } from "#keeper/testing/test-keeper.ts";
import { keeperStatus } from "#lib/services/keeper/keeper-status.ts";
import { keeperWatch } from "#lib/services/keeper/keeper-watch.ts";
import { PROVIDERS, type ProviderScene } from "./provider-scene.ts";
import { type SpawnedKeeper, spawnKeeper } from "./spawned-keeper.ts";

const RECORDS = 20;
const REQUIRED = { REQUIRE_ENCRYPTION: "true" };

/** What holds at every provider. Each has a file of its own: most of their time is waiting, and files run side by side. */
export const describePlatformKeyAt = (name: keyof typeof PROVIDERS): void => {
  describe(`the platform key at ${name}`, { timeout: 240_000 }, () => {
    const started: SpawnedKeeper[] = [];
    afterEach(async () => {
      for (const keeper of started.splice(0)) await keeper.stop();
    });
    let t: TestDatabase;
    let folder: string;
    let scene: ProviderScene;
    let token: string;
    const ledger = createLedger();

    beforeAll(async () => {
      t = await createTestDatabase(inject("superuserUrl"));
      folder = mkdtempSync(join(tmpdir(), "keyfold-provider-"));
      scene = await PROVIDERS[name](folder);
    }, 60_000);
    afterAll(async () => {
      await scene.close();
      await t.drop();
      rmSync(folder, { recursive: true, force: true });
    });

    const start = async (more: Record<string, string> = {}): Promise<SpawnedKeeper> => {
      const urls = { KEEPER_DATABASE_URL: t.urls.keeper, SEQUENCER_DATABASE_URL: t.urls.sequencer };
      const keeper = await spawnKeeper({ ...urls, ...scene.env, ...more }, folder);
      started.push(keeper);
      return keeper;
    };
    const health = (status: "healthy" | "unhealthy", version: number) => {
      const good = status === "healthy";
      return `{"status":"${status}","provider":"${name}","key_version":${version},"dual_key_mode":false,"checks":{"key_valid":${good},"round_trip":${good}}}`;
    };
    const plane = (keeper: SpawnedKeeper) => ({ url: keeper.url, token, tenant: TENANT });

    it("must be one that the provider has, where one is required", async () => {
      const required = await start({ [scene.key.setting]: scene.key.missing, ...REQUIRED });
      expect(await required.exited).toBe(1);
      expect(required.words()).toMatch(
        /^KMS_KEY_NOT_FOUND: .* REQUIRE_ENCRYPTION is true, so nothing starts/,
      );
      expect(await t.superuser`SELECT FROM cmk`).toHaveLength(0);
    });

    it("wraps what records are written under", async () => {
      const keeper = await start(REQUIRED);
      await keeper.until("/readyz", 200);
      expect(await (await keeper.until("/health/crypto", 200)).text()).toBe(health("healthy", 1));
      token = await prepareTenant(cliContext(t));
      await load(plane(keeper), ledger, RECORDS);
      expect(await readBack(plane(keeper), ledger)).toEqual({ lost: 0, undecryptable: 0 });
      const [cmk] = await t.superuser<{ provider: string; wrapped: number }[]>`
      SELECT c.provider, (SELECT count(*)::int FROM key_version WHERE cmk_id = c.id) AS wrapped FROM cmk c`;
      expect(cmk).toEqual({ provider: expect.stringMatching(/^(aws|azure|gcp|vault)$/), wrapped: 1 });
      expect(readdirSync(folder)).not.toEqual(expect.arrayContaining(["root.key"]));
      expect(keeper.packages()).toEqual([...scene.packages].toSorted());
      await keeper.stop();
    });

    it("is refused when the settings name another one than the one on record", async () => {
      const other = await start({ [scene.key.setting]: scene.key.other });
      expect(await other.exited).toBe(1);
      expect(other.words()).toContain(`and ${scene.key.setting} names `);
      expect(other.words()).toContain("keyfold connection create --platform");
    });

    it("that is away at the start ends it where it is required, and is waited for where not", async () => {
      scene.away();
      const required = await start(REQUIRED);
      expect(await required.exited).toBe(1);
      expect(required.words()).toMatch(/^KMS_[A-Z_]+: .* REQUIRE_ENCRYPTION is true/);

      const waiting = await start();
      expect(await (await waiting.until("/health/crypto", 503)).text()).toBe(health("unhealthy", 1));
      expect((await waiting.until("/healthz", 200)).ok).toBe(true);
      await waiting.until("/readyz", 503);
      const refused = await fetch(`${waiting.url}/v1/tenants/${TENANT}/records/customers/0`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ error: { code: "UNAVAILABLE" } });
      await vi.waitFor(async () => {
        const said = await keeperStatus(t.console);
        expect(said).toMatchObject({ away: false, crypto: JSON.parse(health("unhealthy", 1)) });
        expect(await keeperWatch(t.console)).toMatchObject({ away: false, brokenKey: { provider: name } });
      }, 15_000);

      scene.back();
      await waiting.until("/readyz", 200);
      expect(await readBack(plane(waiting), ledger)).toEqual({ lost: 0, undecryptable: 0 });
      await waiting.until("/health/crypto", 200);
      await vi.waitFor(async () => {
        expect(await keeperStatus(t.console)).toMatchObject({ away: false, crypto: { status: "healthy" } });
        expect(await keeperWatch(t.console)).toMatchObject({ brokenKey: null });
      }, 15_000);
    });
  });
};
