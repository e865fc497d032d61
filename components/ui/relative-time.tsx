import { formatRelative, formatUtc, formatUtcDate, formatUtcMillis } from "./format-time.ts";

/** "14 s ago"; the absolute instant in UTC on hover. */
export const RelativeTime = ({ at, now }: { at: string; now: string }) => (
  <time dateTime={at} title={formatUtc(at)} className="whitespace-nowrap">
    {formatRelative(at, now)}
  </time>
);

type UtcTimeProps = { at: string; millis?: boolean; dateOnly?: boolean };

/** The absolute instant, in mono. */
export const UtcTime = ({ at, millis = false, dateOnly = false }: UtcTimeProps) => (
  <time dateTime={at} title={formatUtc(at)} className="font-mono whitespace-nowrap tabular-nums">
    {dateOnly ? formatUtcDate(at) : millis ? formatUtcMillis(at) : formatUtc(at)}
  </time>
);
