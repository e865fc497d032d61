import type { Outcome } from "./attempt.ts";

/** The members of an item's result, in pieces of JSON, each of whole members. Most come from a thread, ready. */
export type Members = readonly Uint8Array[];

const piece = (text: string): Buffer => Buffer.from(text, "utf8");
const [BEGIN, NEXT, END] = [piece('{"results":['), piece(","), piece("]}")];
const [OK, CLOSE] = [piece('{"ok":true'), piece("}")];

/** The members of an object, as they stand between its braces. */
export const membersOf = (value: object): Buffer => piece(JSON.stringify(value).slice(1, -1));

const resultOf = (outcome: Outcome<Members>): Uint8Array[] =>
  outcome.ok
    ? [OK, ...outcome.value.flatMap((members) => [NEXT, members]), CLOSE]
    : [
        piece(
          JSON.stringify({ ok: false, error: { code: outcome.error.code, message: outcome.error.message } }),
        ),
      ];

/** A batch's answer. A string of it would be made, and collected, once for every step on its way out. */
export const answerJson = (outcomes: readonly Outcome<Members>[]): Buffer =>
  Buffer.concat([
    BEGIN,
    ...outcomes.flatMap((outcome, place) => (place === 0 ? resultOf(outcome) : [NEXT, ...resultOf(outcome)])),
    END,
  ]);
