import { afterAll, expect, inject, it } from "vitest";
import { openPool } from "./pool.ts";

const sql = openPool(inject("superuserUrl"), { max: 1 });
afterAll(() => sql.end());

const UUID = "0190f3a0-b2c4-7def-8123-456789abcdef";
it.each([
  [
    "text[]",
    [
      "plain",
      "",
      "with, comma",
      'with "quotes"',
      "back\\slash",
      "{braces}",
      "NULL",
      null,
      "two\nlines",
      " ä😀",
    ],
  ],
  ["int[]", [1, -2, null]],
  ["bigint[]", ["1", "9007199254740993"]],
  ["uuid[]", [UUID, null]],
  ["text[]", []],
])("%s comes back as it went: %j", async (type, values) => {
  const [row] = await sql.unsafe(`SELECT $1::${type} AS back`, [values as string[]]);
  expect(row?.back).toEqual(values);
});

it.each([
  ["boolean[]", "{t,f,NULL}", [true, false, null]],
  ["bytea[]", '{"\\\\x0001ff","\\\\x"}', [Buffer.from([0, 1, 255]), Buffer.alloc(0)]],
  ["timestamptz[]", "{2026-01-31T12:00:00.123Z}", [new Date("2026-01-31T12:00:00.123Z")]],
])("%s is read: %s", async (type, text, values) => {
  const [row] = await sql.unsafe(`SELECT '${text}'::${type} AS back`);
  expect(row?.back).toEqual(values);
});
