import { defineVersionCommand } from "#cli/keys/version-command.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";

export const keyRetire = defineVersionCommand({
  verb: "retire",
  summary: "Destroy a version that protects nothing any more, or say everything that still holds it",
  notes:
    "Cannot be undone. Backups of the database hold the wrapped key until they expire: tell keepers how long they are kept by KEYFOLD_BACKUP_RETENTION (30d, 12h, 4w). Not set means unknown, and unknown is never over.",
  reasonRequired: true,
  mutation: retireVersion,
  done: (what) => `Destroyed ${what}.`,
});
