import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#lib/domain/errors.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { requestRotation } from "#lib/services/keys/request-rotation.ts";
import { createSampleTenant } from "#lib/services/sample/create-sample-tenant.ts";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";
import { revokeToken } from "#lib/services/tokens/revoke-token.ts";
import { tryRead, tryWrite, writeRecords } from "./application.ts";
import { inventedRecord } from "./invented.ts";
import { SAMPLE_TENANTS, type Step } from "./plan.ts";
import { pauseHalfWay, rewrapAll } from "./rewraps.ts";
import type { Scene } from "./scene.ts";

const KEY = "default";
/** Refusals of one token are logged once a second. */
const REFUSALS_APART_MS = 1_100;

/** Done before the run was cut short: then it is done. */
const unlessDone = async (run: () => Promise<void>, done: readonly string[]): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof DomainError && done.includes(error.code))) throw error;
  }
};

const makeTenant = async (scene: Scene, tenant: number): Promise<void> => {
  const there = await scene.slugOf(tenant).catch(() => null);
  const wanted = SAMPLE_TENANTS[tenant];
  if (there === null && wanted) await createSampleTenant(scene.ctx, wanted);
};

const makeKey = (scene: Scene, tenant: number): Promise<void> =>
  unlessDone(async () => {
    const slug = await scene.slugOf(tenant);
    await scene.settle(await createKey(scene.ctx, { tenant: slug, name: KEY }));
  }, ["CONFLICT"]);

const rotate = (scene: Scene, tenant: number, from: number): Promise<void> =>
  unlessDone(async () => {
    const slug = await scene.slugOf(tenant);
    await scene.settle(await requestRotation(scene.ctx, { tenant: slug, key: KEY, expectedVersion: from }));
  }, ["CONFLICT"]);

const write = async (scene: Scene, tenant: number, from: number, to: number): Promise<void> => {
  const records = Array.from({ length: to - from }, (_, n) => inventedRecord(tenant, from + n));
  await writeRecords(await scene.writer(tenant), records);
};

/** Requests that are refused, as the log of every real system has them. */
const denials = async (scene: Scene, tenant: number): Promise<void> => {
  const record = inventedRecord(tenant, 0);
  const reader = await scene.application(tenant, ["records:read"]);
  const refusalsApart = () => sleep(REFUSALS_APART_MS, undefined, { signal: scene.signal });
  await tryRead(reader, record);
  // A token that may only read tries to write,
  await tryWrite(reader, record);
  await refusalsApart();
  // one of this tenant asks for another's record,
  await tryRead({ ...reader, slug: await scene.slugOf(0) }, record);
  await refusalsApart();
  // and one that was revoked is used again.
  await scene.settle(await revokeToken(scene.ctx, { tenant: reader.slug, tokenId: reader.tokenId }));
  await tryRead(reader, record);
};

/** Ends the tokens that the sample was made with: nobody has them any more. */
export const tidyTokens = async (scene: Scene, tenant: number): Promise<void> => {
  const slug = await scene.slugOf(tenant);
  const { tokens } = await listTokens(scene.ctx, { tenant: slug, limit: 200 });
  for (const { id, status } of tokens) {
    if (status === "active") await scene.settle(await revokeToken(scene.ctx, { tenant: slug, tokenId: id }));
  }
};

/** Does one step; `beat` is called while it waits for something. */
export const doStep = (scene: Scene, step: Step, beat: () => Promise<void>): Promise<void> => {
  switch (step.do) {
    case "tenant":
      return makeTenant(scene, step.tenant);
    case "key":
      return makeKey(scene, step.tenant);
    case "rotate":
      return rotate(scene, step.tenant, step.from);
    case "write":
      return write(scene, step.tenant, step.from, step.to);
    case "rewrap":
      return rewrapAll(scene, step.tenant, beat);
    case "pause-half-way":
      return pauseHalfWay(scene, step.tenant, beat);
    case "denials":
      return denials(scene, step.tenant);
    case "tidy-tokens":
      return tidyTokens(scene, step.tenant);
    default:
      throw new Error(`cli/sample/steps.ts knows no step ${JSON.stringify(step satisfies never)}`);
  }
};
