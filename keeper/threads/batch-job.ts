import { parseJsonBody } from "../server/json-body.ts";
import { parseList } from "../records/input.ts";
import type { BatchResult } from "./crypto-jobs.ts";
import { inTurns } from "./in-turns.ts";
import type { PostedOutcome } from "./posted-outcome.ts";

type Batch<I> = { body: Uint8Array; items: readonly (I & { place: number })[] };

/** A field's members in an item's result. Base64 needs no escape. */
export const fieldsJson = (fields: readonly (readonly [name: string, base64: string])[]): string =>
  `"fields":{${fields.map(([name, base64]) => `${JSON.stringify(name)}:"${base64}"`).join(",")}}`;

/** Reads a batch's body and does its items one by one, each into the members of its result, as JSON. */
export const batchJob = async <I>(
  { body, items }: Batch<I>,
  run: (value: unknown, item: I) => PostedOutcome<string>,
): Promise<BatchResult> => {
  const given = parseList(parseJsonBody(Buffer.from(body.buffer, body.byteOffset, body.length)), "items");
  const done = await inTurns(items, (item) => run(given[item.place], item));
  const parts: Buffer[] = [];
  let end = 0;
  const outcomes = done.map((outcome): PostedOutcome<number> => {
    if (!outcome.ok) return outcome;
    const part = Buffer.from(outcome.value, "utf8");
    parts.push(part);
    end += part.length;
    return { ok: true, value: end };
  });
  const json = Buffer.allocUnsafeSlow(end);
  let at = 0;
  for (const part of parts) at += part.copy(json, at);
  return { json, outcomes };
};
