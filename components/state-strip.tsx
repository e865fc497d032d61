import type { KeyState } from "#lib/domain/key-state.ts";
import { KEY_STATES } from "#lib/domain/key-state.ts";
import { cn } from "./ui/cn.ts";
import { plural } from "./ui/format.ts";
import { STRIP_FILLS } from "./version-strip.tsx";

export type StateSlice = { state: KeyState; versions: number; deks: number };

const words = ({ state, versions, deks }: StateSlice): string =>
  `${plural(versions, "version")} ${state} with ${plural(deks, "DEK")}`;

/** All keys of a tenant as one strip: a block for each state, as wide as the DEKs that stand under it. */
export const StateStrip = ({ tenant, states }: { tenant: string; states: readonly StateSlice[] }) => {
  const blocks = KEY_STATES.toReversed().flatMap((state) => states.filter((slice) => slice.state === state));
  if (blocks.length === 0) return <span className="text-muted">no keys</span>;
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn from blocks; there is no file for an <img>
      role="img"
      aria-label={`Keys of ${tenant}: ${blocks.map(words).join("; ")}.`}
      className="flex h-2.5 w-full min-w-24 gap-px"
    >
      {blocks.map((slice) => (
        <div
          key={slice.state}
          title={words(slice)}
          style={{ flexGrow: slice.deks }}
          className={cn(
            "min-w-2 basis-0 rounded-[2px]",
            slice.deks === 0 && "h-1 self-end",
            STRIP_FILLS[slice.state],
          )}
        />
      ))}
    </div>
  );
};
