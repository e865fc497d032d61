import { defineVersionCommand } from "#cli/keys/version-command.ts";
import { compromiseVersion } from "#lib/services/keys/compromise-version.ts";

export const keyCompromise = defineVersionCommand({
  verb: "compromise",
  notes:
    "Its data needs new DEKs: keyfold rewrap start <name> --tenant <slug> --mode re-encrypt. Reads under it go on unless keyfold tenant set forbids them; each is logged.",
  reasonRequired: true,
  mutation: compromiseVersion,
  done: (what, successor) =>
    successor === undefined
      ? `Marked ${what} compromised.`
      : `Marked ${what} compromised; version ${successor} is active in its place.`,
});
