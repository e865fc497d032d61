import { type NextRequest, NextResponse } from "next/server";
import { getToken } from "next-auth/jwt";

const development = process.env.NODE_ENV === "development";
const PUBLIC_PATH = /^\/(sign-in|trust|health)(\/|$)/;

const contentSecurityPolicy = (nonce: string, https: boolean): string =>
  [
    "default-src 'none'",
    // The development server evaluates code and adds styles without a nonce; a build does neither.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src-elem 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(https ? ["upgrade-insecure-requests"] : []),
  ].join("; ");

const servedOverHttps = (): boolean => process.env.NEXTAUTH_URL?.startsWith("https:") ?? false;

const mayBeSignedIn = async (request: NextRequest, https: boolean): Promise<boolean> => {
  const cookieName = https ? "__Host-next-auth.session-token" : "next-auth.session-token";
  const token = await getToken({ req: request, cookieName, secureCookie: https });
  return token !== null;
};

/**
 * Gives each page its Content-Security-Policy and sends a visitor without a session to sign in.
 * The redirect is a convenience: every page and handler asks the gate again.
 */
export const proxy = async (request: NextRequest): Promise<NextResponse> => {
  const https = servedOverHttps();
  const { pathname, search } = request.nextUrl;
  // A server action is not redirected: its answer says UNAUTHENTICATED and the page keeps its draft.
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && !PUBLIC_PATH.test(pathname) && !(await mayBeSignedIn(request, https))) {
    const signIn = new URL("/sign-in", process.env.NEXTAUTH_URL ?? request.nextUrl);
    if (pathname !== "/") signIn.searchParams.set("callbackUrl", `${pathname}${search}`);
    return NextResponse.redirect(signIn, 307);
  }

  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))));
  const policy = contentSecurityPolicy(nonce, https);
  // Next reads the nonce from the request's policy; the root layout reads it from x-nonce.
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  headers.set("x-pathname", `${pathname}${search}`);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
};

export const config = {
  matcher: ["/((?!api/|_next/static/|favicon\\.ico$|icon\\.svg$|apple-icon\\.png$).*)"],
};
