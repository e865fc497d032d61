import { defineVersionCommand } from "#cli/keys/version-command.ts";
import { retireVersion } from "#lib/services/keys/retire-version.ts";

export const keyRetire = defineVersionCommand({
  verb: "retire",
  notes:
    "Cannot be undone. Backups of the database hold the wrapped key until they expire: tell keepers how long they are kept by KEYFOLD_BACKUP_RETENTION (30d, 12h, 4w). Not set means unknown, and unknown is never over.",
  reasonRequired: true,
  mutation: retireVersion,
  done: (what) => `Destroyed ${what}.`,
});
