import type { FastifyInstance } from "fastify";
import { withOperator } from "#db/tenant-tx.ts";
import type { Keeper } from "../keeper.ts";
import { cryptoHealth } from "./health.ts";
import { describeRoute } from "./openapi.ts";
import { CryptoHealthAnswer } from "./schemas.ts";

const DATABASE_MS = 3_000;

const databaseAnswers = async (keeper: Pick<Keeper, "db">): Promise<boolean> => {
  const timeout = Promise.withResolvers<false>();
  const timer = setTimeout(() => timeout.resolve(false), DATABASE_MS);
  const answers = withOperator(keeper.db, (tx) => tx.now()).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answers, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const HEALTH = describeRoute({
  summary: "Does the platform key work?",
  description: "A real round trip. 200 when healthy, 503 with the same keys when not.",
  response: { 200: CryptoHealthAnswer, 503: CryptoHealthAnswer },
});

/** Is the process alive, may it get requests, and does the platform key work. Asked by load balancers: nothing secret. */
export const healthRoutes = (app: FastifyInstance, keeper: Keeper): void => {
  app.get("/healthz", { schema: { hide: true } }, async () => ({ status: "alive" }));
  app.get("/readyz", { schema: { hide: true } }, async (_request, reply) => {
    // A keeper listens only once its platform key and keyring are open, so the database is what is left to ask.
    const ready = !keeper.stop.aborted && (await databaseAnswers(keeper));
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready" });
  });
  app.get("/health/crypto", { schema: HEALTH }, async (_request, reply) => {
    const health = await cryptoHealth(keeper);
    return reply.code(health.status === "healthy" ? 200 : 503).send(health);
  });
};
