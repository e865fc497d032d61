import { expect, test } from "vitest";
import { partyWords } from "./party-words.ts";

test("a party is its type and its short id, and one word where both are the same", () => {
  expect(partyWords({ type: "token", id: "01a20280-f326-7de5-b8aa-0123456789ab" })).toBe(
    "token 01a20280-f326",
  );
  expect(partyWords({ type: "collection", id: "customers" })).toBe("collection customers");
  expect(partyWords({ type: "anonymous", id: "anonymous" })).toBe("anonymous");
  expect(partyWords({ type: "deployment", id: "deployment" })).toBe("deployment");
});
