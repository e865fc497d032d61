export type TokenStatus = "active" | "expired" | "revoked";

/** What may be shown of a service token: nothing from which it could be used. Instants are RFC 3339. */
export type TokenView = {
  id: string;
  /** The eight public characters by which it is found. */
  prefix: string;
  scopes: string[];
  /** The most requests a second that it may send, or null for as many as it likes. */
  rateLimit: number | null;
  status: TokenStatus;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  lastUsedAt: string | null;
};
