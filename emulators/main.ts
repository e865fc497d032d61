import { parseArgs } from "node:util";
import { startAws } from "./aws.ts";
import { startAzure } from "./azure.ts";
import { startGcp } from "./gcp.ts";
import { startVault } from "./vault.ts";

const STARTERS = { aws: startAws, azure: startAzure, gcp: startGcp, vault: startVault };
type Name = keyof typeof STARTERS;

const USAGE = `npm run emulate -- ${Object.keys(STARTERS).join(" | ")} [--port <number>]

Starts a server that speaks a provider's protocol on 127.0.0.1, until it is interrupted. It is for trying Keyfold out
and protects nothing. POST /_doors/<name> with a JSON object does what a customer does at the provider; a wrong name
answers with the list of doors.`;

const isName = (text: string | undefined): text is Name =>
  text !== undefined && Object.hasOwn(STARTERS, text);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "0" }, help: { type: "boolean" } },
});
const name = positionals[0];
if (values.help || !isName(name) || !/^\d{1,5}$/.test(values.port)) {
  console.error(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const server = await STARTERS[name]({ port: Number(values.port) });
  console.error(
    `The ${name} emulator listens on ${server.url}. Doors: ${Object.keys(server.doors).join(", ")}.`,
  );
  if (server.ca !== undefined) console.error(`Its certificate, for NODE_EXTRA_CA_CERTS:\n${server.ca}`);
  const stop = (): void => void server.close().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}
