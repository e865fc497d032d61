import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#cli/embedded/free-port.ts";
import { loadSample } from "#cli/sample/load.ts";
import { openInstance } from "#cli/shell/instance.ts";
import { readSettings } from "#cli/supervise/settings.ts";
import { startInstance } from "#cli/supervise/start-instance.ts";

const ADMIN = { email: "owner@example.com", password: "correct horse battery staple 42" };

/** The cookies of a person who has signed in, as the browser would send them. */
const signIn = async (url: string): Promise<string> => {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { ...init.headers, cookie },
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const { csrfToken } = (await (await send("/api/auth/csrf")).json()) as { csrfToken: string };
  const form = new URLSearchParams({ ...ADMIN, csrfToken, json: "true" });
  await send("/api/auth/callback/credentials", { method: "POST", body: form });
  const session = cookies.get("next-auth.session-token");
  if (!session) throw new Error("The bench could not sign in.");
  return `next-auth.session-token=${session}`;
};

/** Runs beside a whole Keyfold with a sample, built and started as `npm start` does, and leaves nothing behind. */
export const withInstance = async <T>(
  { records, say }: { records: number; say: (line: string) => void },
  run: (instance: { url: string; cookie: string }) => Promise<T>,
): Promise<T> => {
  const home = mkdtempSync(join(tmpdir(), "keyfold-bench-"));
  // The database's user must be able to enter.
  chmodSync(home, 0o755);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(await freePort()),
    KEEPER_PORT: String(await freePort()),
    KEYFOLD_DATA_DIR: join(home, "data"),
    KEYFOLD_ADMIN_EMAIL: ADMIN.email,
    KEYFOLD_ADMIN_PASSWORD: ADMIN.password,
  };
  const { signal } = new AbortController();
  const settings = readSettings(env, ["--empty"]);
  const running = await startInstance(settings, { env, say, signal });
  try {
    say(`loading a sample of ${records} records for each tenant`);
    const { ctx, close } = await openInstance(env);
    await loadSample(ctx, { url: `http://127.0.0.1:${settings.keeperPort}`, records, signal });
    await close();
    const url = `http://localhost:${settings.port}`;
    return await run({ url, cookie: await signIn(url) });
  } finally {
    await running.stop();
    rmSync(home, { recursive: true, force: true });
  }
};
