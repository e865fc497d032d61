import { shortId } from "./ui/short-id.ts";

/** Who did it, or to what, in a list: "token 01a20280-f326"; "anonymous" once, as its id says no more. */
export const partyWords = ({ type, id }: { type: string; id: string }): string =>
  type === id ? type : `${type} ${shortId(id)}`;
