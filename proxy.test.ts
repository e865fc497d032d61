import { NextRequest } from "next/server";
import { encode } from "next-auth/jwt";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { proxy } from "./proxy.ts";

const SECRET = "a secret of the test alone";
const ORIGIN = "http://localhost:3000";

beforeEach(() => {
  vi.stubEnv("NEXTAUTH_SECRET", SECRET);
  vi.stubEnv("NEXTAUTH_URL", ORIGIN);
});
afterEach(() => vi.unstubAllEnvs());

const request = (path: string, init: { method?: string; cookie?: string } = {}) =>
  new NextRequest(`${ORIGIN}${path}`, {
    method: init.method ?? "GET",
    headers: init.cookie ? { cookie: init.cookie } : {},
  });

const sessionCookie = async (name = "next-auth.session-token") =>
  `${name}=${await encode({ token: { sid: "1" }, secret: SECRET })}`;

const policyOf = (response: Response) => response.headers.get("content-security-policy") ?? "";

test("a visitor without a session is sent to sign in and back", async () => {
  const response = await proxy(request("/jobs/1?status=running"));
  expect(response.status).toBe(307);
  expect(response.headers.get("location")).toBe(
    `${ORIGIN}/sign-in?callbackUrl=%2Fjobs%2F1%3Fstatus%3Drunning`,
  );
});

test("a forged session cookie is no session", async () => {
  const response = await proxy(request("/jobs", { cookie: "next-auth.session-token=forged" }));
  expect(response.status).toBe(307);
});

test("a session, a public page and a server action pass", async () => {
  expect((await proxy(request("/jobs", { cookie: await sessionCookie() }))).status).toBe(200);
  expect((await proxy(request("/sign-in"))).status).toBe(200);
  expect((await proxy(request("/jobs", { method: "POST" }))).status).toBe(200);
});

test("a page that only begins like a public one is not public", async () => {
  expect((await proxy(request("/sign-in-here"))).status).toBe(307);
});

test("every page gets a nonce of its own, and no inline script or style element without it", async () => {
  const [first, second] = [
    policyOf(await proxy(request("/sign-in"))),
    policyOf(await proxy(request("/sign-in"))),
  ];
  const nonce = /'nonce-([A-Za-z0-9+/]{24})'/;
  expect(first).toMatch(nonce);
  expect(first.match(nonce)?.[1]).not.toBe(second.match(nonce)?.[1]);
  expect(first).toContain("default-src 'none'");
  expect(first).toContain("'strict-dynamic'");
  expect(first).not.toMatch(/unsafe-eval|(script-src|style-src-elem)[^;]*unsafe-inline/);
});

test("over https the cookie has its prefix and requests are upgraded; over http neither", async () => {
  expect(policyOf(await proxy(request("/sign-in")))).not.toContain("upgrade-insecure-requests");
  vi.stubEnv("NEXTAUTH_URL", "https://keys.example.test");
  expect(policyOf(await proxy(request("/sign-in")))).toContain("upgrade-insecure-requests");
  expect((await proxy(request("/jobs", { cookie: await sessionCookie() }))).status).toBe(307);
  const secure = await sessionCookie("__Host-next-auth.session-token");
  expect((await proxy(request("/jobs", { cookie: secure }))).status).toBe(200);
});
