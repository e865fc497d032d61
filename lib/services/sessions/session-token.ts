import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, for the cookie alone. */
export const newSessionToken = (): string => randomBytes(32).toString("base64url");

/** What the row stores of it. */
export const sessionTokenHash = (token: string): Buffer => createHash("sha256").update(token).digest();
