const NUMBER = /^[\d.,:%/]+s?$/;

/** Rows as aligned columns, two spaces apart. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (NUMBER.test(cell) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

/** A table with its heading, or a sentence when there is nothing in it. */
export const table = (
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): string => (rows.length === 0 ? empty : columns([heading.map((text) => text.toUpperCase()), ...rows]));

export const count = (n: number): string => n.toLocaleString("en-US");

/** A number and what it counts, in the singular for one. */
export const counted = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? "" : "s"}`;
