import { errorIn } from "./error-line.ts";

const REPEAT_MS = 10_000;

/** Passes the errors among a child's lines on, each sentence at most every ten seconds. */
export const reportErrors = (name: string, say: (sentence: string) => void): ((line: string) => void) => {
  let last = { sentence: "", at: 0 };
  return (line) => {
    const error = errorIn(line);
    if (error === undefined || error === "") return;
    const sentence = `${name}: ${error}`;
    if (sentence === last.sentence && Date.now() - last.at < REPEAT_MS) return;
    last = { sentence, at: Date.now() };
    say(sentence);
  };
};
