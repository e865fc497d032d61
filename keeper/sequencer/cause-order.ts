import type { QueuedEvent } from "#db/queries/sequencer-queue.ts";

/** The event that made this one happen, as its entry says. */
const causeOf = ({ entry }: QueuedEvent): string | null => {
  // Most events have no cause: what is not there need not be parsed.
  if (!entry.includes('"cause":"')) return null;
  try {
    const { cause } = JSON.parse(entry.toString("utf8")) as { cause?: unknown };
    return typeof cause === "string" ? cause : null;
  } catch {
    // Not for the sequencer to judge: the bytes are logged as they are and `audit verify` names them.
    return null;
  }
};

/** The causes that these events name and that are not among them. */
export const missingCauses = (events: readonly QueuedEvent[]): string[] => {
  const here = new Set(events.map(({ eventId }) => eventId));
  const causes = events.map(causeOf).filter((cause) => cause !== null);
  return [...new Set(causes.filter((cause) => !here.has(cause)))];
};

/**
 * Puts cause before effect. Transactions are taken by their ids and stay whole, in the order in which they wrote; one
 * that began to write first and yet tells the effect of another's event goes behind that one.
 */
export const inCausalOrder = (events: readonly QueuedEvent[]): QueuedEvent[] => {
  const byXid = Map.groupBy(events, ({ xid }) => xid);
  const xidOf = new Map(events.map(({ eventId, xid }) => [eventId, xid]));
  const ordered: QueuedEvent[] = [];
  const visited = new Set<string>();
  // A stack of its own, because a chain of causes may be as long as the batch.
  const visit = (first: string): void => {
    const stack = [{ xid: first, entered: false }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const written = byXid.get(top.xid) ?? [];
      if (top.entered) {
        ordered.push(...written);
        continue;
      }
      if (visited.has(top.xid)) continue;
      visited.add(top.xid);
      stack.push({ xid: top.xid, entered: true });
      for (const event of written) {
        const cause = xidOf.get(causeOf(event) ?? "");
        if (cause !== undefined && !visited.has(cause)) stack.push({ xid: cause, entered: false });
      }
    }
  };
  for (const xid of [...byXid.keys()].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))) visit(xid);
  return ordered;
};
