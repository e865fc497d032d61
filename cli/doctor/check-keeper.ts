import type { Instance } from "#cli/shell/instance.ts";
import { listHeartbeats } from "#db/queries/heartbeat.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { HEARTBEAT_SECONDS_MAX, HeartbeatBody } from "#lib/domain/health.ts";
import { ageOf, type Check, failed, type Finding, ok, warning } from "./check.ts";

/** Events that wait longer than this for their place say that no sequencer works. */
const LAG_SECONDS_MAX = 60;

const cryptoFinding = ({ crypto }: HeartbeatBody): Finding =>
  crypto.status === "healthy"
    ? ok(`healthy, provider ${crypto.provider}, key version ${crypto.key_version}`)
    : failed(
        `unhealthy, provider ${crypto.provider}: key ${crypto.checks.key_valid ? "valid" : "not valid"}, round trip ${crypto.checks.round_trip ? "good" : "failed"}`,
      );

/** Step 3 of a change of the root key: may the previous one be taken away? */
const rootsFinding = (bodies: readonly HeartbeatBody[]): Finding => {
  const elsewhere = bodies.find(({ crypto }) => crypto.provider !== "local");
  if (elsewhere) return ok(`not needed: the platform key is at ${elsewhere.crypto.provider}`);
  const roots = bodies.flatMap((body) => body.roots ?? []);
  if (new Set(roots.map(({ ids }) => ids[0])).size > 1)
    return warning("the keepers have different root keys: give the others the new one too");
  const [one] = roots;
  if (!one) return ok("no keeper has said");
  const { ids, current, previous, damaged } = one;
  if (damaged > 0) return failed(`${damaged} CMK files are damaged`);
  if (previous > 0)
    return warning(`${previous} of ${current + previous} CMK files wait for the new root key`);
  return ids.length === 1
    ? ok(`all ${current} CMK files are under it`)
    : ok(`all ${current} CMK files are under the new one: ENCRYPTION_KEY_PREVIOUS can be removed`);
};

const sequencerFinding = ({ sequencer }: HeartbeatBody): Finding => {
  const { status, reason, unsequenced, oldestUnsequencedSeconds: oldest } = sequencer;
  if (status === "refusing") return failed(`refuses to sign: ${reason ?? "no reason given"}`);
  const waiting = `${unsequenced} events wait for their place${oldest === null ? "" : `, the oldest for ${ageOf(oldest * 1000)}`}`;
  return oldest !== null && oldest > LAG_SECONDS_MAX ? failed(waiting) : ok(`${status}, ${waiting}`);
};

/** What the keepers say of themselves: the newest heartbeat, the crypto check in it, the sequencer. */
export const checkKeeper = async ({ ctx }: Instance): Promise<Check[]> => {
  const { beats, now } = await withOperator(ctx.db, async (tx) => ({
    beats: await listHeartbeats(tx),
    now: Date.parse(await tx.now()),
  }));
  const [newest] = beats;
  if (!newest) return [{ name: "keeper", ...failed("no keeper has ever said anything") }];
  const age = now - newest.at.getTime();
  const alive = beats.filter(
    ({ at, body }) =>
      now - at.getTime() <= HEARTBEAT_SECONDS_MAX * 1000 &&
      HeartbeatBody.safeParse(body).data?.stopped !== true,
  );
  if (alive.length === 0)
    return [{ name: "keeper", ...failed(`away: its last heartbeat is ${ageOf(age)} old`) }];
  const bodies = alive.flatMap(({ body }) => HeartbeatBody.safeParse(body).data ?? []);
  const sequencing = bodies.find(({ sequencer }) => sequencer.status !== "standby") ?? bodies[0];
  const unwell = bodies.find(({ crypto }) => crypto.status !== "healthy") ?? bodies[0];
  return [
    { name: "keeper", ...ok(`${alive.length} alive, newest heartbeat ${ageOf(age)} old`) },
    { name: "crypto", ...(unwell ? cryptoFinding(unwell) : failed("the heartbeat cannot be read")) },
    { name: "root key", ...rootsFinding(bodies) },
    {
      name: "sequencer",
      ...(sequencing ? sequencerFinding(sequencing) : failed("the heartbeat cannot be read")),
    },
  ];
};
