import type { Outcome } from "./attempt.ts";

/** The members of an item's result, in pieces of JSON, each of whole members. Most come from a thread, ready. */
export type Members = readonly Uint8Array[];

const piece = (text: string): Buffer => Buffer.from(text, "utf8");
const [BEGIN, NEXT, END] = [piece('{"results":['), piece(","), piece("]}")];
const [OK, CLOSE] = [piece('{"ok":true'), piece("}")];

/** The members of an object, as they stand between its braces. */
export const membersOf = (value: object): Buffer => piece(JSON.stringify(value).slice(1, -1));

const failure = ({ code, message }: { code: string; message: string }): Buffer =>
  piece(JSON.stringify({ ok: false, error: { code, message } }));

/** A batch's answer. A string of it would be made, and collected, once for every step on its way out. */
export const answerJson = (outcomes: readonly Outcome<Members>[]): Buffer => {
  const pieces: Uint8Array[] = [BEGIN];
  for (const [place, outcome] of outcomes.entries()) {
    if (place > 0) pieces.push(NEXT);
    if (outcome.ok) {
      pieces.push(OK);
      for (const members of outcome.value) pieces.push(NEXT, members);
      pieces.push(CLOSE);
    } else pieces.push(failure(outcome.error));
  }
  pieces.push(END);
  return Buffer.concat(pieces);
};
