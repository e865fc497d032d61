// Columns of a batch are long strings of hex; all of them are wanted nearly always, and then nothing is copied.

/** The hex of one row of a column whose values have `width` bytes. */
export const column = (hex: string, width: number, row: number): string =>
  hex.slice(row * width * 2, (row + 1) * width * 2);

/** The rows, in ascending order, of a column whose values have `width` bytes. */
export const pick = (hex: string, width: number, rows: readonly number[]): string =>
  rows.length * width * 2 === hex.length ? hex : rows.map((row) => column(hex, width, row)).join("");

/** The rows, in ascending order, of an array of `tid` as PostgreSQL writes it: `{"(0,1)","(0,2)"}`. */
export const pickPlaces = (places: string, rows: readonly number[]): string => {
  const all = places.slice(2, -2).split('","');
  return rows.length === all.length ? places : `{${rows.map((row) => `"${all[row]}"`).join(",")}}`;
};

/** The UUID of the 32 digits. */
export const uuidFromHex = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
