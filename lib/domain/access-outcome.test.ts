import { expect, it } from "vitest";
import { partsOfWindow } from "./access-outcome.ts";

const part = (outcome: string, count: number, codes: [string, number][] = []) => ({
  outcome,
  count,
  failed: outcome === "ok" ? 0 : count,
  codes: codes.map(([code, n]) => ({ code, count: n })),
});

it("keeps what was answered, what was refused and what failed apart, codes in order", () => {
  const codes = [
    { code: "VERSION_RETIRED", count: 1 },
    { code: "DECRYPT_FAILED", count: 3 },
    { code: "KEY_SHREDDED", count: 2 },
    { code: "KMS_TIMEOUT", count: 1 },
    { code: "KEY_SUSPENDED", count: 4 },
  ];
  expect(partsOfWindow({ count: 20, failed: 11, codes })).toEqual([
    part("ok", 9),
    part("denied", 7, [
      ["KEY_SHREDDED", 2],
      ["KEY_SUSPENDED", 4],
      ["VERSION_RETIRED", 1],
    ]),
    part("error", 4, [
      ["DECRYPT_FAILED", 3],
      ["KMS_TIMEOUT", 1],
    ]),
  ]);
});

it("says nothing of an outcome that none had, but something of a window without any access", () => {
  expect(partsOfWindow({ count: 2, failed: 0, codes: [] })).toEqual([part("ok", 2)]);
  expect(partsOfWindow({ count: 1, failed: 1, codes: [{ code: "KEY_SUSPENDED", count: 1 }] })).toEqual([
    part("denied", 1, [["KEY_SUSPENDED", 1]]),
  ]);
  expect(partsOfWindow({ count: 0, failed: 0, codes: [] })).toEqual([part("ok", 0)]);
});

it("calls failures whose code nobody kept failures", () => {
  expect(partsOfWindow({ count: 3, failed: 2, codes: [] })).toEqual([part("ok", 1), part("error", 2)]);
});
