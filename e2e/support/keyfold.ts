import type { Printed } from "#cli/testing/run-test-cli.ts";

/** `npx keyfold …` beside the instance of the run; what it printed. */
export const keyfold = async (...parameters: string[]): Promise<string> => {
  const url = process.env.KEYFOLD_E2E_COMMAND_LINE;
  if (url === undefined) throw new Error("No command line was started: e2e/global-setup.ts does that.");
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(parameters) });
  const { exit, out, err } = (await answer.json()) as Printed;
  if (exit !== 0) throw new Error(`keyfold ${parameters.join(" ")} ended with ${exit}:\n${err}`);
  return out;
};

/** The same with `--json`: the one object that it answers with. */
export const keyfoldJson = async <T>(...parameters: string[]): Promise<T> =>
  JSON.parse(await keyfold(...parameters, "--json")) as T;
