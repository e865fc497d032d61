import type { ActingActor } from "#lib/domain/actor.ts";
import { DomainError } from "#lib/domain/errors.ts";

/** Views belong to people: the command line keeps its queries itself. */
export const ownerOf = ({ type, id }: Pick<ActingActor, "type" | "id">): string => {
  if (type !== "person") throw new DomainError("INVALID_STATE", "Only people have views of the log.");
  return id;
};
