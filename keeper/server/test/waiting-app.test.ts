import { expect, it } from "vitest";
import { createWaitingApp } from "../waiting-app.ts";

it.each([
  ["any path", "/v1/tenants/acme/encrypt", "{}"],
  ["what cannot be read", "/v1/tenants/acme/encrypt", "{"],
])("a keeper without its platform key answers %s with when to come back", async (_, url, payload) => {
  const app = createWaitingApp(() => Promise.reject(new Error("not asked for")));
  const answer = await app.inject({
    method: "POST",
    url,
    payload,
    headers: { "content-type": "application/json" },
  });
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
  expect(answer.json().error).toMatchObject({
    code: "UNAVAILABLE",
    request_id: answer.headers["x-request-id"],
  });
  await app.close();
});

it("a fault of its own is no other answer, and says when to come back too", async () => {
  const app = createWaitingApp(() => Promise.reject(new Error("broken")));
  const answer = await app.inject("/health/crypto");
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
  expect(answer.body).not.toContain("broken");
  await app.close();
});
