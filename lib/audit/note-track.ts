import { DomainError } from "#lib/domain/errors.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import type { LogSource } from "./log-source.ts";
import type { Reason } from "./reasons.ts";

export type TrackKind = "CHECKPOINT" | "ANCHOR";
export const trackReason = (kind: TrackKind, what: "INVALID" | "ROOT" | "ORDER" | "AHEAD"): Reason =>
  `${kind}_${what}`;

/** One sequence of signed checkpoints beside the global tree, with the one that comes next. */
export type NoteTrack = {
  readonly kind: TrackKind;
  /** `checkpoint` is null when the note cannot be read as one of this log. */
  next: { note: string; checkpoint: Checkpoint | null } | null;
  advance(): Promise<void>;
};

const read = (note: string, deployment: string, size?: number): Checkpoint | null => {
  try {
    const checkpoint = readCheckpoint(note);
    const fits = checkpoint.deployment === deployment && (size === undefined || size === checkpoint.size);
    return fits ? checkpoint : null;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
};

const open = async (
  kind: TrackKind,
  deployment: string,
  notes: AsyncIterable<{ note: string; size?: number }>,
) => {
  const iterator = notes[Symbol.asyncIterator]();
  const track: NoteTrack = {
    kind,
    next: null,
    advance: async () => {
      const { done, value } = await iterator.next();
      track.next = done ? null : { note: value.note, checkpoint: read(value.note, deployment, value.size) };
    },
  };
  await track.advance();
  return { track, close: async () => void (await iterator.return?.()) };
};

async function* wrapped(notes: AsyncIterable<string>) {
  for await (const note of notes) yield { note };
}

/** The stored and the anchored checkpoints, each with its first note at hand. */
export const openTracks = async (
  source: LogSource,
): Promise<{ tracks: NoteTrack[]; close: () => Promise<void> }> => {
  const stored = await open("CHECKPOINT", source.deployment, source.checkpoints());
  const anchored = await open("ANCHOR", source.deployment, wrapped(source.anchored()));
  return {
    tracks: [stored.track, anchored.track],
    close: async () => {
      await stored.close();
      await anchored.close();
    },
  };
};
