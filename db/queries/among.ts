/** Values as one array parameter: no text of a query ever becomes a part of a statement. */
export const among = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`;
