import type { Role } from "#lib/domain/permissions.ts";
import { may } from "#lib/domain/permissions.ts";

/** What a person may do with a key and its versions; an act that they may not is not offered. */
export type KeyMay = {
  rotate: boolean;
  rewrap: boolean;
  suspend: boolean;
  compromise: boolean;
  deactivate: boolean;
  retire: boolean;
  attest: boolean;
  move: boolean;
};

export const keyMay = (role: Role): KeyMay => ({
  rotate: may(role, "key:rotate"),
  rewrap: may(role, "rewrap:run"),
  suspend: may(role, "key:suspend"),
  compromise: may(role, "key:compromise"),
  deactivate: may(role, "key:deactivate"),
  retire: may(role, "key:retire"),
  attest: may(role, "key:attest"),
  move: may(role, "key:move"),
});
