import "server-only";
import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { DomainError } from "#lib/domain/errors.ts";
import { newRequestId } from "#lib/domain/request-id.ts";
import { consoleDatabase } from "#lib/services/console-database.ts";
import { SESSION_HOURS, signIn } from "#lib/services/sessions/sign-in.ts";
import { signOut } from "#lib/services/sessions/sign-out.ts";

declare module "next-auth" {
  interface User {
    /** The session token, on its way from the sign-in into the cookie. */
    sid?: string;
  }
}
declare module "next-auth/jwt" {
  interface JWT {
    sid?: string;
  }
}

const secure = (process.env.NEXTAUTH_URL ?? "").startsWith("https://");

const first = (value: unknown): string => String(Array.isArray(value) ? value[0] : (value ?? ""));

/**
 * Whose tries count together. The header is the client's own to write unless a proxy of ours adds the last value
 * (`KEYFOLD_TRUSTED_PROXY=on`); without one, all who come directly share one allowance.
 */
const addressOf = (forwarded: string): string =>
  (process.env.KEYFOLD_TRUSTED_PROXY === "on" && forwarded.split(",").at(-1)?.trim()) || "direct";

/** next-auth keeps the cookie; the session itself is a row of ours that is asked on every request. */
export const authOptions: NextAuthOptions = {
  session: { strategy: "jwt", maxAge: SESSION_HOURS * 3600 },
  pages: { signIn: "/sign-in", error: "/sign-in" },
  cookies: {
    sessionToken: {
      name: secure ? "__Host-next-auth.session-token" : "next-auth.session-token",
      options: { httpOnly: true, sameSite: "lax", path: "/", secure },
    },
  },
  providers: [
    CredentialsProvider({
      credentials: { email: {}, password: {} },
      authorize: async (credentials, request) => {
        const from = {
          address: addressOf(first(request.headers?.["x-forwarded-for"])),
          userAgent: first(request.headers?.["user-agent"]),
          req: newRequestId(),
        };
        try {
          const { personId, token } = await signIn(consoleDatabase(), credentials, from);
          return { id: personId, sid: token };
        } catch (error) {
          // The form shows a sentence by code; anything unknown stays on the server.
          if (!(error instanceof DomainError)) console.error(error);
          throw new Error(error instanceof DomainError ? error.code : "INTERNAL");
        }
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => (user?.sid ? { sub: user.id, sid: user.sid } : token),
  },
  events: {
    signOut: async ({ token }) => {
      if (token?.sid) await signOut(consoleDatabase(), token.sid, newRequestId());
    },
  },
};
