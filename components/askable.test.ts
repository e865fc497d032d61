import { expect, it } from "vitest";
import { makeToken } from "#lib/domain/token.ts";
import { askable } from "./askable.ts";

it.each(["live", "oper"] as const)("keeps the secret of a %s token, alone and in a header", async (kind) => {
  const { token, prefix } = await makeToken(kind);
  for (const pasted of [
    token,
    ` ${token}\n`,
    `Authorization: Bearer ${token}`,
    `export KEYFOLD_TOKEN=${token}`,
  ])
    expect(askable(pasted)).toBe(`kf_${kind}_${prefix}`);
});

it("asks for everything else as it is", () => {
  expect(askable("  Zephyr Airways ")).toBe("Zephyr Airways");
  expect(askable("kf_live_")).toBe("kf_live_");
});
