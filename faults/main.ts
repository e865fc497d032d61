import type { Given, Outcome } from "#bench/run-named.ts";
import { runNamed, say } from "#bench/run-named.ts";
import type { Strike } from "./database-scene.ts";
import { newFolder, newSmallDisk } from "./small-disk.ts";

const USAGE = `npm run faults -- <name> [--json]

  kill-rewrap          [--kills <number>] [--records <number>]    (50 kills, 100,000 records)
  kill-reencrypt       [--kills <number>] [--records <number>]    (20 kills, 20,000 records)
  kill-sample          [--kills <number>] [--records <number>]    (5 kills, 5,000 records of each tenant)
  restart-database     [--rounds <number>] [--records <number>]   (3 rounds, 500 records)
  exhaust-connections  [--rounds <number>] [--records <number>]   (3 rounds, 500 records)
  fill-disk            [--rounds <number>] [--records <number>]   (3 rounds, 500 records; root, for a small tmpfs)
  kms
  move                 [--records <number>] [--versions <number>] (100,000 records under 10 versions of their key)

kill-rewrap kills a keeper with SIGKILL again and again while it rewraps under traffic, and reads every record back. It
fails when a record was lost or does not open, when a rewrap did not complete, or when no kill met a running rewrap.
kill-reencrypt does the same while every record gets a new DEK and new ciphertext.

kill-sample kills all of Keyfold with SIGKILL, PostgreSQL too, while it loads its sample, and starts it again. It fails
when the sample is not whole in the end, or what is half loaded cannot be removed. The console must be built: npm start.

The next three strike the database under traffic, with one keeper that is never restarted. They fail when anything but
"not available" was answered meanwhile, when a confirmed write was lost, when there is a change without its event or an
event without its change, when the log does not verify, or when the keeper ended.

kms lets every provider's protocol fail in every way in every operation, against the emulators. It fails when one is not
taken for what it is: to be tried again, to be stopped at, or something for the operator.

move takes a tenant from the local KMS to AWS and on to Azure, at the emulators, and opens every record after each move.
It fails when one does not open, when a row of theirs was written, when a version took more than three calls, or when
opening took more than one call for each version.

Each prints one line of JSON, last, on standard output; everything else goes to standard error.`;

const SMALL_DISK_MB = 400;
const NUMBERS = ["kills", "records", "rounds", "versions"] as const;

type Run = (given: Given<(typeof NUMBERS)[number]>) => Promise<Outcome>;

const strike =
  (load: () => Promise<Strike>, place = newFolder): Run =>
  async ({ rounds = 3, records = 500 }) => {
    const { runDatabaseFault } = await import("./database-scene.ts");
    const what = await load();
    const { path, remove } = place();
    try {
      return await runDatabaseFault(path, what, { rounds, records, say });
    } finally {
      remove();
    }
  };

/** Each fault brings its own libraries only when it is asked for. */
process.exitCode = await runNamed({
  usage: USAGE,
  numbers: NUMBERS,
  runs: {
    "kill-rewrap": async ({ kills = 50, records = 100_000 }) =>
      (await import("./kill-rewrap.ts")).killRewrap({ kind: "rewrap", kills, records, say }),
    "kill-reencrypt": async ({ kills = 20, records = 20_000 }) =>
      (await import("./kill-rewrap.ts")).killRewrap({ kind: "re-encrypt", kills, records, say }),
    "kill-sample": async ({ kills = 5, records = 5_000 }) =>
      (await import("./kill-sample.ts")).killSample({ kills, records, say }),
    "restart-database": strike(async () => (await import("./restart-database.ts")).restartDatabase),
    "exhaust-connections": strike(async () => (await import("./exhaust-connections.ts")).exhaustConnections),
    "fill-disk": strike(
      async () => (await import("./fill-disk.ts")).fillDisk,
      () => newSmallDisk(SMALL_DISK_MB),
    ),
    move: async ({ records = 100_000, versions = 10 }) => {
      const { withCluster } = await import("#bench/with-cluster.ts");
      const { runMove } = await import("./move.ts");
      return withCluster((superuserUrl) => runMove({ superuserUrl, records, versions, say }));
    },
    kms: async () => (await import("./kms.ts")).runKmsGrid(say),
  },
});
