import type { BrowserContext, Page } from "@playwright/test";

/** What went wrong in the browser while a test ran, and what the test says it will cause itself. */
export type Watch = {
  /** Lets problems through that the test brings about. */
  allow(pattern: RegExp): void;
  problems(): string[];
};

/** Violations of the Content-Security-Policy are told to the console, so that they are collected with its errors. */
const TELL_VIOLATIONS = `addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP violation: " + event.violatedDirective + " " + event.blockedURI));`;

// The browser gives up what a navigation has made useless.
const GIVEN_UP = "net::ERR_ABORTED";

/** Watches every page of a context: console errors, uncaught errors, violations of the policy and failed requests. */
export const watchContext = async (context: BrowserContext): Promise<Watch> => {
  const found: string[] = [];
  const allowed: RegExp[] = [];
  await context.addInitScript(TELL_VIOLATIONS);
  const watchPage = (page: Page) => {
    page.on("console", (message) => {
      if (message.type() === "error") found.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => found.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (why !== GIVEN_UP) found.push(`failed: ${request.method()} ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) found.push(`status ${response.status()}: ${response.url()}`);
    });
  };
  context.on("page", watchPage);
  return {
    allow: (pattern) => void allowed.push(pattern),
    problems: () => found.filter((problem) => !allowed.some((pattern) => pattern.test(problem))),
  };
};
