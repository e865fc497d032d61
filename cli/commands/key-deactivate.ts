import { defineVersionCommand } from "#cli/keys/version-command.ts";
import { deactivateVersion } from "#lib/services/keys/deactivate-version.ts";

export const keyDeactivate = defineVersionCommand({
  verb: "deactivate",
  summary: "Let a version wrap nothing more; it still opens what it protects",
  notes: "A key whose current version is deactivated takes no writes until it is rotated.",
  reasonRequired: false,
  mutation: deactivateVersion,
  done: (what) => `Deactivated ${what}.`,
});
