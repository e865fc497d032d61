import type { CmkDescription } from "./port.ts";

/** May the CMK have this version? Where its versions are hidden from us, any may be there. */
export const mayHaveVersion = ({ versions, warnings }: CmkDescription, version: string): boolean =>
  warnings.includes("versions-hidden") || versions.some(({ ref }) => ref.version === version);
