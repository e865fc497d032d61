import { expect, it } from "vitest";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";
import { eventsOfKey } from "./audit-href.ts";

const ID = "0190f3a0-b2c4-7def-8123-456789abcdef";
const targets = (count: number) => {
  const versions = Array.from({ length: count }, (_, n) => ({ number: n + 1 }));
  const parsed = parseQuery(eventsOfKey({ id: ID, versions }));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.query.fields.target?.any.map(({ text }) => text) ?? [];
};

it("asks for a key and for each of its versions, the newest of very many", () => {
  expect(targets(2)).toEqual([ID, `${ID}/2`, `${ID}/1`]);
  expect(targets(400)).toContain(`${ID}/400`);
  expect(targets(400)).not.toContain(`${ID}/1`);
});
