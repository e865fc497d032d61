import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { OperationView } from "#lib/domain/operation.ts";
import { fetchLive, ReadFailed } from "./fetch-live.ts";
import { perform, sentenceOf } from "./perform.ts";
import { StaleView } from "./stale-view.tsx";

const OPERATION: OperationView = {
  id: "0190f3a0-b2c4-7def-8123-456789abcdef",
  kind: "rotate-key",
  state: "failed",
  outcome: null,
  error: { code: "KMS_ACCESS_DENIED", message: "The provider refused." },
  req: "req_00000000000000aa",
};
const ANSWERS: Record<string, [number, unknown]> = {
  "/api/operations/failed": [200, OPERATION],
  "/api/operations/late": [200, { ...OPERATION, state: "running", error: null }],
  "/api/jobs/away": [
    503,
    { error: { code: "UNAVAILABLE", message: "", request_id: "req_00000000000000bb" } },
  ],
};
const server = createServer((request, response) => {
  const [status, body] = ANSWERS[request.url ?? ""] ?? [502, "no JSON"];
  response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
});

// As in a browser: a path is asked of the console that the page came from.
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const ask = globalThis.fetch;
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => ask(`http://127.0.0.1:${port}${path}`, init));
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.close();
});

const asked = (operationId: string) =>
  perform(Promise.resolve({ ok: true as const, result: null, operationId }), { waitMs: 50 });

it("what a keeper could not do, or has not done yet, is told with the id of the request that asked", async () => {
  for (const [id, code] of [
    ["failed", "KMS_ACCESS_DENIED"],
    ["late", "UNAVAILABLE"],
  ] as const) {
    const done = await asked(id);
    if (done.ok) throw new Error("It did not fail.");
    expect(sentenceOf(done)).toMatch(new RegExp(`\\(${code}, req_00000000000000aa\\)$`));
  }
});

it("a page that can no longer be read anew says the id of the request that failed", async () => {
  const failed = await fetchLive("/api/jobs/away").catch((error: unknown) => error);
  if (!(failed instanceof ReadFailed)) throw new Error("It did not fail.");
  const shown = renderToStaticMarkup(<StaleView error={failed} onRetry={() => {}} />);
  expect(shown).toContain("UNAVAILABLE");
  expect(shown).toContain("req_00000000000000bb");
  await expect(fetchLive("/nowhere")).rejects.toMatchObject({ code: "UNAVAILABLE", requestId: undefined });
});
