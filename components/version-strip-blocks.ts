import type { KeyState } from "#lib/domain/key-state.ts";
import { formatCount, plural } from "./ui/format.ts";

/** A version of a key as the strip needs it. `deks` is null while the census is not known. */
export type VersionSlice = { number: number; state: KeyState; deks: number | null };

export type StripBlock = {
  /** "v3", or "v1 to v40" for old versions without DEKs drawn as one. */
  label: string;
  state: KeyState;
  deks: number | null;
  moving: boolean;
  /** The versions that it stands for. */
  count: number;
};

const EMPTY_BLOCKS_MAX = 6;

/** Does a rewrap to `movingTo` take DEKs away from this version? */
export const isMoving = (version: VersionSlice, movingTo: number | null | undefined): boolean =>
  movingTo != null && version.number < movingTo && version.state !== "destroyed" && version.deks !== 0;

/**
 * The blocks of a strip, oldest first. Of a long row of old empty versions only the newest few keep a block
 * of their own; the rest become one, so that a key rotated for years still fits its column.
 */
export const stripBlocks = (versions: readonly VersionSlice[], movingTo?: number | null): StripBlock[] => {
  const ordered = versions.toSorted((a, b) => a.number - b.number);
  const firstWithDeks = ordered.findIndex(({ deks, state }) => deks !== 0 || state === "active");
  const emptyBefore = firstWithDeks === -1 ? ordered.length : firstWithDeks;
  const merged = emptyBefore > EMPTY_BLOCKS_MAX ? emptyBefore - EMPTY_BLOCKS_MAX + 1 : 0;
  const old = ordered.slice(0, merged);
  const oldest = old[0];
  const blocks = ordered.slice(merged).map((version) => ({
    label: `v${version.number}`,
    state: version.state,
    deks: version.deks,
    moving: isMoving(version, movingTo),
    count: 1,
  }));
  if (oldest === undefined) return blocks;
  const state = old.every((version) => version.state === oldest.state) ? oldest.state : "deactivated";
  return [
    {
      label: `v${oldest.number} to v${old.at(-1)?.number}`,
      state,
      deks: 0,
      moving: false,
      count: old.length,
    },
    ...blocks,
  ];
};

const dekWords = (deks: number | null): string =>
  deks === null ? "an unknown number of DEKs" : deks === 0 ? "no DEKs" : plural(deks, "DEK");

/** One block in words: "v2, deactivated, 1,284,371 DEKs, to be moved to v3". */
export const blockSentence = (block: StripBlock, movingTo?: number | null): string =>
  `${block.label}, ${block.state}, ${dekWords(block.deks)}${block.moving ? `, to be moved to v${movingTo}` : ""}`;

const SPOKEN_MAX = 6;

/** The whole strip in a sentence, newest first, for those who do not see it. */
export const stripSentence = (
  keyName: string,
  blocks: readonly StripBlock[],
  movingTo?: number | null,
): string => {
  const versions = blocks.reduce((sum, { count }) => sum + count, 0);
  const spoken = blocks.toReversed().slice(0, SPOKEN_MAX);
  const rest = versions - spoken.reduce((sum, { count }) => sum + count, 0);
  const more = rest > 0 ? `; and ${formatCount(rest)} older` : "";
  const sentences = spoken.map((block) => blockSentence(block, movingTo)).join("; ");
  return `Key ${keyName}, ${plural(versions, "version")}: ${sentences || "none"}${more}.`;
};
