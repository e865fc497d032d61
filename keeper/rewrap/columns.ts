// Columns of a batch are long texts; all rows are wanted nearly always, and then nothing is taken apart.

/** The rows, in ascending order, of a column of hex whose values have `width` bytes. */
export const pickBytes = (hex: string, width: number, rows: readonly number[]): string =>
  rows.length * width * 2 === hex.length
    ? hex
    : rows.map((row) => hex.slice(row * width * 2, (row + 1) * width * 2)).join("");

/** The values of an array as PostgreSQL writes it, of numbers or ids: `{1,2}`. */
export const valuesOf = (array: string): string[] => (array === "{}" ? [] : array.slice(1, -1).split(","));

/** The rows, in ascending order, of an array of `tid` as PostgreSQL writes it: `{"(0,1)","(0,2)"}`. */
export const pickPlaces = (places: string, rows: readonly number[]): string => {
  const all = places.slice(2, -2).split('","');
  return rows.length === all.length ? places : `{${rows.map((row) => `"${all[row]}"`).join(",")}}`;
};
