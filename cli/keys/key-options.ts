/** Whose key a command is about. */
export const OF_TENANT = {
  tenant: { type: "string", value: "slug", help: "whose key it is", required: true },
} as const;

export const REASON = {
  reason: {
    type: "string",
    value: "text",
    help: "why, in 12 to 300 characters, for the log; it names nobody",
  },
} as const;
