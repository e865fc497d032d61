import { defineCommand } from "#cli/shell/command.ts";
import { newPassword } from "#lib/services/people/new-password.ts";
import { hashPassword } from "#lib/services/people/password.ts";
import { resetPassword } from "#lib/services/people/reset-password.ts";

export const personResetPassword = defineCommand({
  usage: "person reset-password <email> [--json]",
  notes: "The password is made here and shown once: only its hash is stored. Every session of theirs ends.",
  args: ["email"],
  options: {},
  run: async ({ args }, cli) => {
    const { ctx } = await cli.instance();
    const password = newPassword();
    const passwordHash = await hashPassword(password);
    const { result } = await resetPassword(ctx, { email: args.email, passwordHash });
    const { id, email, sessions } = result;
    return {
      json: { id, email, password, sessions_ended: sessions },
      text: `Sign in as ${email} with this password, which is shown this once (sessions ended: ${sessions}):\n${password}`,
    };
  },
});
