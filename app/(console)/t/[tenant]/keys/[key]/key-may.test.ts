import { expect, test } from "vitest";
import { ROLES } from "#lib/domain/permissions.ts";
import { keyMay } from "./key-may.ts";

test("an auditor is offered no act, and whoever administers keys every one", () => {
  const offered = (role: (typeof ROLES)[number]) =>
    Object.entries(keyMay(role)).flatMap(([act, yes]) => (yes ? [act] : []));
  for (const role of ROLES.filter((one) => one !== "owner" && one !== "security-admin"))
    expect(offered(role), role).toEqual([]);
  for (const role of ["owner", "security-admin"] as const)
    expect(offered(role)).toEqual([
      "rotate",
      "rewrap",
      "suspend",
      "compromise",
      "deactivate",
      "retire",
      "attest",
      "move",
    ]);
});
