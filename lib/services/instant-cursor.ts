import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";

/** A place in a list that is ordered by instant, the newest first. */
export type InstantPlace = { at: string; id: string };

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Where the next page begins, in a form that says nothing to who holds it. */
export const encodeCursor = ({ at, id }: InstantPlace): string =>
  Buffer.from(`${at} ${id}`).toString("base64url");

/** @throws DomainError `INVALID_INPUT` for anything that `encodeCursor` has not made */
export const decodeCursor = (cursor: string): InstantPlace => {
  const [at = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  const valid = INSTANT.test(at) && !Number.isNaN(Date.parse(at)) && isUuid(id);
  if (!valid || encodeCursor({ at, id }) !== cursor) {
    throw new DomainError("INVALID_INPUT", "The cursor is not one of this list.", {
      fields: { cursor: ["is not one of this list"] },
    });
  }
  return { at, id };
};
