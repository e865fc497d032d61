const MESSAGE_CHARS_MAX = 300;
const PINO_ERROR = 50;

const shorten = (text: string): string =>
  text.length > MESSAGE_CHARS_MAX ? `${text.slice(0, MESSAGE_CHARS_MAX)}…` : text;

const ofJson = (line: string): string | undefined => {
  try {
    const entry: { level?: unknown; msg?: unknown; err?: { message?: unknown } } = JSON.parse(line);
    if (typeof entry.level !== "number" || entry.level < PINO_ERROR) return undefined;
    const said = typeof entry.msg === "string" ? entry.msg : "";
    const cause = typeof entry.err?.message === "string" ? entry.err.message : "";
    return shorten(said.includes(cause) ? said : [said, cause].filter((part) => part !== "").join(": "));
  } catch {
    return undefined;
  }
};

// What PostgreSQL says of every ordinary stop and of every client that was cut off by one.
const EXPECTED =
  /terminating connection|the database system is (starting up|shutting down)|canceling statement/;

/** What a line of a child's log has to say to the operator: an error in one line, else nothing. */
export const errorIn = (line: string): string | undefined => {
  if (line.startsWith("{")) return ofJson(line);
  if (EXPECTED.test(line)) return undefined;
  const postgres = /(?:FATAL|PANIC): {1,2}(.*)$/.exec(line)?.[1];
  if (postgres !== undefined) return shorten(postgres);
  const script = /^\s*(?:⨯ |Uncaught )?((?:[A-Z]\w*)?Error(?: \[\w+\])?: .*)$/.exec(line)?.[1];
  return script === undefined ? undefined : shorten(script);
};
