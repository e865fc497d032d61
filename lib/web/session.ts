import "server-only";
import { cookies, headers } from "next/headers";
import type { NextRequest } from "next/server";
import { getToken } from "next-auth/jwt";
import { cache } from "react";
import { newRequestId } from "#lib/domain/request-id.ts";
import { consoleDatabase } from "#lib/services/console-database.ts";
import type { ServiceContext } from "#lib/services/context.ts";
import { findSession } from "#lib/services/sessions/find-session.ts";
import { authOptions } from "./auth-options.ts";

export type Account = { name: string; email: string; role: ServiceContext["actor"]["role"] };
export type Signed = { ctx: ServiceContext; account: Account };

/** Who asks, from the cookie and then from our own row; null for nobody. Once per request. */
export const currentPerson = cache(async (): Promise<Signed | null> => {
  const request = { cookies: await cookies(), headers: await headers() } as unknown as NextRequest;
  const token = await getToken({ req: request, cookieName: authOptions.cookies?.sessionToken?.name });
  if (!token?.sid) return null;
  const db = consoleDatabase();
  const person = await findSession(db, token.sid);
  if (!person) return null;
  const { id, sessionId, role, name, email } = person;
  return {
    ctx: {
      db,
      source: "console",
      actor: { type: "person", id, role, session: sessionId },
      req: newRequestId(),
    },
    account: { name, email, role },
  };
});
