import { z } from "./zod.ts";

export const PASSWORD_MIN = 12;

/** The first account: made by the keeper on the first start, with the owner's role. */
export const FirstOwner = z.object({
  email: z
    .email("must be an e-mail address")
    .max(200, "has at most 200 characters")
    .transform((text) => text.toLowerCase()),
  password: z
    .string()
    .min(PASSWORD_MIN, `needs at least ${PASSWORD_MIN} characters`)
    .max(200, "has at most 200 characters"),
});
