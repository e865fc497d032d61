import { expect, it } from "vitest";
import { errorIn } from "./error-line.ts";

it.each([
  [
    '{"level":50,"msg":"the tree could not be signed","err":{"message":"no key"}}',
    "the tree could not be signed: no key",
  ],
  ['{"level":60,"msg":"CONFLICT: it is taken","err":{"message":"it is taken"}}', "CONFLICT: it is taken"],
  ['{"level":30,"msg":"listening"}', undefined],
  ["{not json", undefined],
  ["2026-01-01 00:00:00.000 UTC [7] FATAL:  out of memory", "out of memory"],
  ["2026-01-01 00:00:00.000 UTC [7] FATAL:  terminating connection due to administrator command", undefined],
  ["2026-01-01 00:00:00.000 UTC [7] ERROR:  canceling statement due to statement timeout", undefined],
  [" ⨯ Error: connect ECONNREFUSED 127.0.0.1:5432", "Error: connect ECONNREFUSED 127.0.0.1:5432"],
  ["TypeError: x is not a function", "TypeError: x is not a function"],
  ["    at file.ts:3:1", undefined],
  [" ✓ Ready in 80ms", undefined],
])("%s", (line, expected) => {
  expect(errorIn(line)).toBe(expected);
});
