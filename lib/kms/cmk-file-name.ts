export const CMK_FILE_ENDING = ".cmk";
const DESTROYED_ENDING = ".destroyed";

/** The file that holds one version of a CMK. */
export const cmkFileName = (cmkId: string, version: number): string =>
  `${cmkId}.${version}${CMK_FILE_ENDING}`;

/** The empty file that says that this version was destroyed on purpose, so that its number is never used again. */
export const destroyedFileName = (cmkId: string, version: number): string =>
  `${cmkId}.${version}${DESTROYED_ENDING}`;

export type CmkFileName = { cmkId: string; version: number; destroyed: boolean };

const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9][0-9]{0,9})\.(cmk|destroyed)$/;

/** What a name in the folder of the local provider says, or null for a file of somebody else. */
export const parseCmkFileName = (name: string): CmkFileName | null => {
  const match = NAME.exec(name);
  if (!match?.[1] || !match[2]) return null;
  return { cmkId: match[1], version: Number(match[2]), destroyed: match[3] === "destroyed" };
};
