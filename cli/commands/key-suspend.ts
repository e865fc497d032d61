import { defineStatusCommand } from "#cli/keys/status-command.ts";
import { suspendKey } from "#lib/services/keys/suspend-key.ts";

export const keySuspend = defineStatusCommand({
  verb: "suspend",
  notes:
    "Reads and writes of records are refused with KEY_SUSPENDED by every keeper at once. Nothing is lost, and jobs of the key wait.",
  mutation: suspendKey,
});
