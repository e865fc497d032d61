import "server-only";

/** Where applications reach the data plane; for examples alone, since the console never asks a keeper anything. */
export const dataPlaneUrl = (): string => process.env.KEYFOLD_KEEPER_URL || "http://localhost:3100";
