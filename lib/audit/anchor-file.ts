/**
 * The first anchor: a text file outside the database to which every checkpoint is appended, each note followed by one
 * empty line. (A checkpoint's text has no empty line of its own, so the next one parts text and signatures.)
 */
export const anchorRecord = (note: string): string => `${note}\n`;

/**
 * The notes of an anchor file, given its lines without their line feeds, oldest first. A last record that was cut off
 * by a crash is passed over; the writer completes it before it appends another.
 */
export async function* anchoredNotes(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string> {
  let record: string[] = [];
  let blanks = 0;
  for await (const line of lines) {
    record.push(line);
    if (line !== "") continue;
    blanks += 1;
    if (blanks < 2) continue;
    yield `${record.slice(0, -1).join("\n")}\n`;
    record = [];
    blanks = 0;
  }
}
