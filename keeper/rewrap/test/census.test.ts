import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { TestDatabase } from "#db/testing/test-database.ts";
import { createTestDatabase } from "#db/testing/test-database.ts";
import type { TestKeeper } from "#keeper/testing/test-keeper.ts";
import { cliContext, createTestKeeper, makeTenantWithKey, rotate } from "#keeper/testing/test-keeper.ts";
import { cancelRewrap } from "#lib/services/rewrap/cancel-rewrap.ts";
import { pauseRewrap } from "#lib/services/rewrap/pause-rewrap.ts";
import { resumeRewrap } from "#lib/services/rewrap/resume-rewrap.ts";
import type { Scene } from "./scene.ts";
import { ended, eventsOf, fillDeks, jobOf, startEngine, startJob, until, wrongDeks } from "./scene.ts";

let t: TestDatabase;
let k: TestKeeper;
let engine: { close(): Promise<void> };
beforeAll(async () => {
  t = await createTestDatabase(inject("superuserUrl"));
  k = await createTestKeeper(t);
  engine = await startEngine(k);
});
afterAll(async () => {
  await engine.close();
  await k.close();
  await t.drop();
});

const sceneOf = async (slug: string): Promise<Scene> => {
  const made = await makeTenantWithKey(t, k.keeper, slug);
  const scene = { t, keeper: k.keeper, ...made, deks: new Map<string, string>() };
  await fillDeks(scene, 1, 150);
  await rotate(t, k.keeper, slug);
  return scene;
};

/** Starts a job whose census stands still, as over very many DEKs, while something is done. */
const duringCensus = async (scene: Scene, act: (id: string) => Promise<void>): Promise<string> =>
  t.superuser.begin(async (sql) => {
    await sql`LOCK TABLE dek IN ACCESS EXCLUSIVE MODE`;
    const id = await startJob(scene);
    await expect
      .poll(async () => {
        const waiting = await sql`
          SELECT FROM pg_locks WHERE relation = 'dek'::regclass AND NOT granted AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())`;
        return waiting.length;
      })
      .toBe(1);
    await act(id);
    return id;
  });

describe("while a job's DEKs are counted", () => {
  it("it can be paused at once; resumed, it is counted anew and completes", async () => {
    const scene = await sceneOf("paused");
    const id = await duringCensus(scene, async (job) => {
      await pauseRewrap(cliContext(t), { tenant: scene.slug, job });
      expect((await jobOf(scene, job)).status).toBe("paused");
    });
    await fillDeks(scene, 2, 10);
    expect(await jobOf(scene, id)).toMatchObject({ status: "paused", total: 0, started_at: null });
    await resumeRewrap(cliContext(t), { tenant: scene.slug, job: id });
    expect(await until(scene, id, ended)).toMatchObject({ status: "completed", total: 150, processed: 150 });
    expect(await wrongDeks(scene)).toEqual([]);
    expect((await eventsOf(scene, id)).filter((action) => action === "rewrap.planned")).toHaveLength(1);
  });

  it("it can be cancelled, and nothing is planned", async () => {
    const scene = await sceneOf("cancelled");
    const id = await duringCensus(scene, async (job) => {
      await cancelRewrap(cliContext(t), { tenant: scene.slug, job });
    });
    expect(await jobOf(scene, id)).toMatchObject({ status: "cancelled", total: 0 });
    expect(await eventsOf(scene, id)).not.toContain("rewrap.planned");
  });

  it("the key can be rotated: what was counted for the older target is thrown away", async () => {
    const scene = await sceneOf("rotated");
    const id = await duringCensus(scene, async () => {
      await rotate(t, k.keeper, scene.slug);
    });
    const end = await until(scene, id, ended);
    expect(end).toMatchObject({ status: "completed", target_version: 3, total: 150, processed: 150 });
    expect(await wrongDeks(scene)).toEqual([]);
  });
});
