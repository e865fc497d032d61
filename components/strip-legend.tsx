import { KEY_STATES, type KeyState } from "#lib/domain/key-state.ts";
import { versionWord } from "./key-state.tsx";
import { cn } from "./ui/cn.ts";
import { MOVING_FILL, STRIP_FILLS } from "./version-strip.tsx";

type StripLegendProps = {
  /** What the strips show, each with the DEKs under it. */
  slices: readonly { state: KeyState; deks: number | null }[];
  moving?: boolean;
};

/** What the blocks of the strips above or below it mean: only those that are there. */
export const StripLegend = ({ slices, moving = false }: StripLegendProps) => {
  const present = KEY_STATES.filter((state) => slices.some((slice) => slice.state === state));
  if (present.length === 0) return null;
  return (
    <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-micro text-muted">
      {present.map((state) => (
        <Entry key={state} fill={STRIP_FILLS[state]} word={versionWord(state)} />
      ))}
      {moving ? <Entry fill={MOVING_FILL} word="To be moved by a job" /> : null}
      <span>
        As wide as the DEKs under it{slices.some(({ deks }) => deks === 0) ? "; the narrowest has none" : ""}.
      </span>
    </p>
  );
};

const Entry = ({ fill, word }: { fill: string; word: string }) => (
  <span className="inline-flex items-center gap-1.5">
    <span aria-hidden="true" className={cn("h-2.5 w-4 rounded-[2px]", fill)} />
    {word}
  </span>
);
