import { cn } from "./ui/cn.ts";
import { formatCount } from "./ui/format.ts";
import { Tooltip } from "./ui/tooltip.tsx";
import {
  blockSentence,
  type StripBlock,
  stripBlocks,
  stripSentence,
  type VersionSlice,
} from "./version-strip-blocks.ts";

/** How a block looks that stands for a state. */
export const STRIP_FILLS = {
  "pre-activation": "border border-dashed border-pending bg-pending-wash text-ink",
  active: "bg-active text-accent-ink",
  suspended: "border border-idle bg-surface text-ink",
  deactivated: "border border-idle-edge bg-idle-fill text-ink",
  compromised: "hatch-compromised text-ink",
  destroyed: "border border-dashed border-gone text-ink",
} as const satisfies Record<StripBlock["state"], string>;

/** How a block looks that a job empties. */
export const MOVING_FILL = "hatch-moving border border-moving text-ink";

type VersionStripProps = {
  keyName: string;
  versions: readonly VersionSlice[];
  /** The version that a live rewrap moves DEKs to. */
  movingTo?: number | null;
  size?: "list" | "page";
  /** A hint on each block under the pointer; the table beside a strip says the same for everyone. */
  tooltips?: boolean;
};

/**
 * What would I lose: one block for each version, newest right, as wide as the DEKs that it still protects,
 * filled by its state. Hatched while a job has it to move.
 */
export const VersionStrip = ({
  keyName,
  versions,
  movingTo,
  size = "list",
  tooltips = false,
}: VersionStripProps) => {
  const blocks = stripBlocks(versions, movingTo);
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn from blocks; there is no file for an <img>
      role="img"
      aria-label={stripSentence(keyName, blocks, movingTo)}
      className={cn("flex w-full min-w-24 gap-px", size === "page" ? "h-7" : "h-2.5")}
    >
      {blocks.map((block) => {
        const drawn = <Block key={block.label} block={block} size={size} />;
        return tooltips ? (
          <Tooltip key={block.label} content={blockSentence(block, movingTo)}>
            {drawn}
          </Tooltip>
        ) : (
          drawn
        );
      })}
    </div>
  );
};

type BlockProps = { block: StripBlock; size: "list" | "page" };

// The rest of the props are those of a tooltip's trigger.
const Block = ({ block, size, ...trigger }: BlockProps) => {
  const empty = block.deks === 0;
  return (
    <div
      {...trigger}
      style={{ flexGrow: empty ? 0 : (block.deks ?? 1) }}
      className={cn(
        "@container flex basis-0 items-center overflow-hidden rounded-[2px]",
        // A tick on the line: a box of its own height looks like a part that was not drawn to its end.
        empty && size === "list" && "h-1 self-end",
        empty || block.deks === null ? "min-w-2" : "min-w-1",
        block.moving ? MOVING_FILL : STRIP_FILLS[block.state],
      )}
    >
      {size === "page" ? (
        <span
          className={cn(
            "ml-1.5 hidden truncate px-1 font-mono text-micro @min-[3rem]:inline",
            block.moving || block.state === "compromised" ? "rounded bg-surface" : "",
          )}
        >
          {block.label}
          <span className="hidden @min-[8rem]:inline">
            {block.deks === null ? " · ?" : ` · ${formatCount(block.deks)}`}
          </span>
        </span>
      ) : null}
    </div>
  );
};
