import { parseArgs } from "node:util";
import { kmsConformance } from "../../conformance.ts";
import { azureKeyVaultEmulator } from "./azure-keyvault-emulator.ts";
import { fakeCloudKms } from "./fake-cloud-kms.ts";
import { type Implementation, Skipped } from "./implementation.ts";
import { localstack } from "./localstack.ts";
import { transit } from "./transit.ts";

// npm run test:kms: the suite of every provider against implementations that nobody here wrote.

const IMPLEMENTATIONS: readonly Implementation[] = [
  transit("openbao", "bao"),
  transit("hashicorp-vault", "vault"),
  fakeCloudKms,
  azureKeyVaultEmulator,
  localstack,
];

/** After this nothing more is begun, and what has not run is skipped: a run in CI is bounded. */
const RUN_MS = 130_000;

type Outcome = {
  name: string;
  version: string | null;
  ran: number;
  passed: number;
  failed: number;
  known_gaps: string[];
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const judge = async ({ name, knownGaps, start }: Implementation): Promise<Outcome> => {
  const outcome: Outcome = { name, version: null, ran: 0, passed: 0, failed: 0, known_gaps: [] };
  let running: Awaited<ReturnType<Implementation["start"]>>;
  try {
    if (performance.now() > RUN_MS) throw new Skipped("no time was left for it");
    running = await start();
  } catch (error) {
    // Whatever keeps an implementation from starting is this machine's, and says nothing of an adapter.
    const why = error instanceof Skipped ? error.message : `it could not be started: ${String(error)}`;
    say(`${name}: SKIPPED, ${why}.`);
    return outcome;
  }
  outcome.version = running.version;
  try {
    const cases = kmsConformance(running.makeSubject, []);
    for (const { title, run } of cases) {
      if (performance.now() > RUN_MS) {
        say(`${name}: SKIPPED ${cases.length - outcome.ran} of its cases, no time was left for them.`);
        break;
      }
      outcome.ran += 1;
      const failure = await run().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const gap = knownGaps[title];
      if (failure === null) outcome.passed += 1;
      else if (gap !== undefined) outcome.known_gaps.push(`${title}: ${gap}`);
      else {
        outcome.failed += 1;
        say(`${name}: FAILED ${title}: ${failure}`);
      }
    }
  } finally {
    await running.close();
  }
  say(
    `${name} ${outcome.version}: ${outcome.passed} of ${outcome.ran} passed, ${outcome.failed} failed, ${outcome.known_gaps.length} known gaps.`,
  );
  for (const gap of outcome.known_gaps) say(`${name}: known gap: ${gap}`);
  return outcome;
};

const { values } = parseArgs({ options: { json: { type: "boolean" } } });
const implementations: Outcome[] = [];
for (const implementation of IMPLEMENTATIONS) implementations.push(await judge(implementation));
if (values.json) console.log(JSON.stringify({ implementations }));
process.exit(implementations.some(({ failed }) => failed > 0) ? 1 : 0);
