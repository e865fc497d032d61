import { defineVersionCommand } from "#cli/keys/version-command.ts";
import { deactivateVersion } from "#lib/services/keys/deactivate-version.ts";

export const keyDeactivate = defineVersionCommand({
  verb: "deactivate",
  notes: "A key whose current version is deactivated takes no writes until it is rotated.",
  reasonRequired: false,
  mutation: deactivateVersion,
  done: (what) => `Deactivated ${what}.`,
});
