const SENTENCES: Readonly<Record<string, string>> = {
  CredentialsSignin: "The e-mail address or the password is not right.",
  UNAUTHENTICATED: "The e-mail address or the password is not right.",
  INVALID_INPUT: "Enter your e-mail address and your password.",
  LIMIT_EXCEEDED: "Too many attempts. Wait a minute, then try again.",
  UNAVAILABLE: "Keyfold cannot reach its database. Try again in a moment.",
};

const UNKNOWN = "Signing in did not work. Try again, or ask an owner to look at the log.";

/** The plain reason for a failed sign-in, by the code that came back. */
export const signInSentence = (code: string): string => SENTENCES[code] ?? UNKNOWN;

/** A page of this console to go to after signing in; never an address elsewhere. */
export const safeCallback = (callbackUrl: string | null | undefined): string =>
  callbackUrl && /^\/(?![/\\])/.test(callbackUrl) && !callbackUrl.startsWith("/sign-in") ? callbackUrl : "/";
