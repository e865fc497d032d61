import { describe, expect, it } from "vitest";
import type { QueuedEvent } from "#db/queries/sequencer-queue.ts";
import { inCausalOrder, missingCauses } from "../cause-order.ts";

const event = (eventId: string, xid: number, cause?: string): QueuedEvent => ({
  eventId,
  tenantId: null,
  xid: String(xid),
  entry: Buffer.from(JSON.stringify({ id: eventId, ...(cause && { cause }) })),
});
const ids = (events: readonly QueuedEvent[]) => events.map(({ eventId }) => eventId).join(" ");

describe("the order of waiting events", () => {
  it("is that of their transactions, as numbers, each whole", () => {
    expect(ids(inCausalOrder([event("c", 1000), event("a", 9), event("b", 9)]))).toBe("a b c");
  });

  it("puts a transaction behind the one whose event it tells the effect of", () => {
    const events = [event("effect", 5, "request"), event("after", 5), event("other", 6), event("request", 7)];
    expect(ids(inCausalOrder(events))).toBe("request effect after other");
  });

  it("follows chains of causes, however long", () => {
    const chain = Array.from({ length: 5_000 }, (_, i) => event(`e${i}`, i, `e${i + 1}`));
    expect(ids(inCausalOrder(chain)).startsWith("e4999 e4998 e4997")).toBe(true);
  });

  it("ends where causes are made up to go round, and loses nothing", () => {
    const ordered = inCausalOrder([event("a", 1, "b"), event("b", 2, "a"), event("c", 3, "c")]);
    expect(ordered.map(({ eventId }) => eventId).sort()).toEqual(["a", "b", "c"]);
  });

  it("takes entries that are not JSON as they are", () => {
    const broken = { ...event("x", 1), entry: Buffer.from('{"cause":"') };
    expect(ids(inCausalOrder([broken]))).toBe("x");
    expect(missingCauses([broken])).toEqual([]);
  });

  it("names the causes that are not among them, once", () => {
    expect(missingCauses([event("a", 1, "x"), event("b", 2, "x"), event("c", 3, "a")])).toEqual(["x"]);
  });
});
