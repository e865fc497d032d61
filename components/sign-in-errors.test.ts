import { expect, test } from "vitest";
import { safeCallback, signInSentence } from "./sign-in-errors.ts";

test("after signing in one lands on a page of this console and nowhere else", () => {
  expect(safeCallback("/jobs/1?x=2")).toBe("/jobs/1?x=2");
  for (const hostile of [
    "//evil.test",
    "/\\evil.test",
    "https://evil.test",
    "javascript:alert(1)",
    "",
    null,
    undefined,
  ]) {
    expect(safeCallback(hostile)).toBe("/");
  }
  expect(safeCallback("/sign-in?callbackUrl=/sign-in")).toBe("/");
});

test("a wrong address and a wrong password read the same, and an unknown code tells nothing", () => {
  expect(signInSentence("CredentialsSignin")).toBe(signInSentence("UNAUTHENTICATED"));
  expect(signInSentence("ECONNREFUSED 10.0.0.1:5432")).not.toContain("10.0.0.1");
});
