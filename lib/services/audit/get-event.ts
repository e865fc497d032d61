import type { EntryFrame } from "#lib/audit/entry.ts";
import { readEntry } from "#lib/audit/entry.ts";
import { equalBytes, leafHash } from "#lib/audit/leaf.ts";
import { DomainError, notFound } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { z } from "#lib/domain/zod.ts";
import type { NeighbourRow, PlacedEvent } from "#db/queries/audit-event.ts";
import { findEvent, findNeighbours } from "#db/queries/audit-event.ts";
import { defineLogQuery } from "./log-scope.ts";

/** One event as it was logged, and its place in its tree. */
export type EventDetail = {
  id: string;
  /** The tenant's slug; null for an event of the operator's. */
  tenant: string | null;
  /** The entry, or null when the stored bytes are not one: then they were changed. */
  entry: EntryFrame | null;
  /** The stored bytes as text: what was hashed. */
  text: string;
  /** Null until the sequencer has given it a place. */
  leaf: {
    /** The tree's name: the tenant's slug, or `global`. */
    tree: string;
    index: number;
    /** How many leaves the tree has now. */
    size: number;
    /** Standard base64. */
    hash: string;
    /** Do the stored bytes have this hash? */
    isIntact: boolean;
    /** What stands just before and after; a published head of a tenant has neither event nor action. */
    previous: NeighbourRow | null;
    next: NeighbourRow | null;
  } | null;
};

const frameOf = (bytes: Uint8Array): EntryFrame | null => {
  try {
    return readEntry(bytes);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
};

const toDetail = (event: PlacedEvent, neighbours: readonly NeighbourRow[]): EventDetail => {
  const { leaf } = event;
  const at = (index: number) => neighbours.find((row) => row.index === index) ?? null;
  return {
    id: event.id,
    tenant: event.tenant,
    entry: frameOf(event.entry),
    text: event.entry.toString("utf8"),
    leaf: leaf && {
      tree: event.tenant ?? "global",
      index: leaf.index,
      size: leaf.size,
      hash: leaf.hash.toString("base64"),
      isIntact: equalBytes(leafHash(event.entry), leaf.hash),
      previous: at(leaf.index - 1),
      next: at(leaf.index + 1),
    },
  };
};

/** One event by its id, in the scope of `tenant` if one is named. Another tenant's is `NOT_FOUND`. */
export const getEvent = defineLogQuery({
  permission: "audit:read",
  input: z.object({ id: z.string().max(120) }),
  read: async ({ scope, input: { id } }): Promise<EventDetail> => {
    if (!isUuid(id)) throw notFound("event");
    return scope.read(async (tx) => {
      const event = await findEvent(tx, id);
      if (!event || (scope.operatorOnly && event.tenant !== null)) throw notFound("event");
      const neighbours = event.leaf ? await findNeighbours(tx, event.leaf.logId, event.leaf.index) : [];
      return toDetail(event, neighbours);
    });
  },
});
