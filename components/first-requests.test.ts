import { expect, it } from "vitest";
import { OPERATOR_TOKEN_SCOPES, TOKEN_SCOPES } from "#lib/domain/permissions.ts";
import { firstRequests, requestsFor, withToken } from "./first-requests.ts";

const place = { url: "http://localhost:3100", tenant: "acme" };

it("tries a token with what it may do and nothing else", () => {
  expect(requestsFor(["records:read", "records:write"], place)).toBe(firstRequests(place.url, place.tenant));
  expect(requestsFor(["records:read"], place)).not.toContain("PUT");
  expect(requestsFor(["crypto:use"], place)).toMatch(
    /^curl -X POST http:\/\/localhost:3100\/v1\/tenants\/acme\/encrypt /,
  );
  expect(requestsFor(["crypto:admin"], place)).toContain("re-encrypt?tenant=acme");
  expect(requestsFor(["crypto:admin"], { url: place.url })).not.toContain("tenant");
  expect(requestsFor(["keys:retire"], { url: place.url })).toMatch(/^curl "[^"]+retire\?tenant=<slug>&/);
  for (const scope of OPERATOR_TOKEN_SCOPES)
    expect(requestsFor([scope], { url: place.url })).toMatch(/^curl [^\n]*KEYFOLD_TOKEN"$/);
  for (const scope of TOKEN_SCOPES) expect(requestsFor([scope], place)).toMatch(/^curl .*KEYFOLD_TOKEN"/s);
});

it("takes the token along", () => {
  expect(withToken("kf_live_x", "curl")).toBe("export KEYFOLD_TOKEN=kf_live_x\n\ncurl");
});
