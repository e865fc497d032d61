import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { runTestCli } from "#cli/testing/run-test-cli.ts";

const OPERATION_TIMEOUT_MS = 30_000;

// Command lines of the specs, in one process: each alone would start Node and load Keyfold anew for half a second.
// Started by e2e/support/start-command-line.ts; tells its port, and ends with whoever started it.
const server = createServer(async (request, response) => {
  const argv = (await json(request)) as string[];
  const dataDir = process.env.KEYFOLD_DATA_DIR;
  const printed = await runTestCli(argv, { dataDir, operationTimeoutMs: OPERATION_TIMEOUT_MS });
  response.end(JSON.stringify(printed));
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on("close", () => process.exit()).resume();
