export type EventBar = { at: string; ok: number; denied: number; error: number };

/** From the base upwards. */
const LAYERS = [
  { outcome: "denied", fill: "var(--kf-danger)" },
  { outcome: "error", fill: "var(--kf-pending)" },
  { outcome: "ok", fill: "var(--kf-active)" },
] as const;
/** Of a bar's place, so much is the bar. */
const SHARE = 0.94;

const totalOf = ({ ok, denied, error }: EventBar): number => ok + denied + error;
const short = (value: number): string => String(Number(value.toFixed(4)));

/** One layer of all bars, in a box that is as wide as there are bars and one high. */
const layerPath = (bars: readonly EventBar[], layer: number, most: number): string =>
  bars
    .map((bar, place) => {
      const height = bar[LAYERS[layer]?.outcome ?? "ok"] / most;
      const below = LAYERS.slice(0, layer).reduce((sum, { outcome }) => sum + bar[outcome] / most, 0);
      return height > 0 ? `M${place} ${short(1 - below)}v-${short(height)}h${SHARE}v${short(height)}z` : "";
    })
    .join("");

/**
 * Events by time: what was denied or failed at the base, what went well above it. Drawn alone; what it says stands
 * beside it.
 */
export const EventBars = ({ bars }: { bars: readonly EventBar[] }) => {
  const most = Math.max(1, ...bars.map(totalOf));
  return (
    <svg viewBox={`0 0 ${bars.length} 1`} preserveAspectRatio="none" className="size-full">
      {LAYERS.map(({ outcome, fill }, layer) => (
        <path key={outcome} data-outcome={outcome} fill={fill} d={layerPath(bars, layer, most)} />
      ))}
    </svg>
  );
};
