import { timingSafeEqual } from "node:crypto";
import { DomainError } from "#lib/domain/errors.ts";
import type { TokenKind } from "#lib/domain/token.ts";
import { hashToken, parseToken } from "#lib/domain/token.ts";

/** A token as it was sent. */
export type Presented = { token: string; prefix: string };

/** What of a token's row says whether it counts. */
type Judged = {
  hash: Uint8Array;
  rev: number;
  toldRev: number;
  revokedAt: string | null;
  expired: boolean;
};

/** One message, whatever is wrong with the token. */
export const unauthenticated = (): DomainError =>
  new DomainError("UNAUTHENTICATED", "A valid service token is needed: Authorization: Bearer kf_live_….");

/** Which kind of token an `Authorization` header holds, if it holds one. */
export const kindOf = (authorization: string | undefined): TokenKind | null =>
  parseToken(/^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? "")?.kind ?? null;

/** The token of an `Authorization` header, if it can be one of this kind. */
export const readBearer = (authorization: string | undefined, kind: TokenKind): Presented => {
  const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  const parsed = token === undefined ? null : parseToken(token);
  if (token === undefined || parsed?.kind !== kind) throw unauthenticated();
  return { token, prefix: parsed.prefix };
};

/** Holds a token's secret against the row that its public part found. */
export const checkSecret = async <R extends Pick<Judged, "hash">>(
  { token }: Presented,
  row: R | null,
): Promise<R> => {
  if (!row) throw unauthenticated();
  const hash = Buffer.from(await hashToken(token), "hex");
  if (hash.length !== row.hash.length || !timingSafeEqual(hash, row.hash)) throw unauthenticated();
  return row;
};

/** Why a row does not count, or null: a keeper's MAC, the newest rev that the log tells of, and its time. */
export const whyRefused = (row: Judged, macHolds: boolean): string | null => {
  if (!macHolds) return "mac";
  if (row.rev < row.toldRev) return "rev";
  if (row.revokedAt !== null) return "revoked";
  return row.expired ? "expired" : null;
};
