import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#lib/domain/errors.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { createKey } from "#lib/services/keys/create-key.ts";
import { createTenant } from "#lib/services/tenants/create-tenant.ts";

export type Changes = {
  made: string[];
  /** How often which code came instead. */
  readonly refused: ReadonlyMap<string, number>;
  stop(): Promise<void>;
};

/** Makes tenants, and asks for a key of each, until told to stop: changes of state, each with its event. */
export const changeBeside = (ctx: ServiceContext): Changes => {
  let stopped = false;
  const made: string[] = [];
  const refused = new Map<string, number>();
  const run = async () => {
    for (let n = 0; !stopped; n += 1) {
      const slug = `beside-${n}`;
      try {
        await createTenant(ctx, { slug, name: slug });
        made.push(slug);
        await createKey(ctx, { tenant: slug, name: "default" });
      } catch (error) {
        const code = error instanceof DomainError ? error.code : String(error);
        refused.set(code, (refused.get(code) ?? 0) + 1);
      }
      await sleep(20);
    }
  };
  const running = run();
  return {
    made,
    refused,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
};
