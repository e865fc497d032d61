"use client";

import { Facts } from "#components/ui/facts.tsx";
import { formatCount, formatPercent, plural } from "#components/ui/format.ts";
import { ProgressBar } from "#components/ui/progress-bar.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ConnectionView } from "#lib/domain/connection-view.ts";

/** From this share of it on, others in the same place may meet the quota first. */
const CLOSE = 0.8;

const shareOf = (done: number, total: number): string =>
  done > 0 && done < total / 100 ? "Under 1 %" : formatPercent(done, total);

const Quota = ({ busiestSecond, quota }: Pick<ConnectionView, "busiestSecond" | "quota">) => {
  if (quota === null) return null;
  const { perSecond, scope, source } = quota;
  const isClose = busiestSecond >= perSecond * CLOSE;
  return (
    <div className="grid max-w-xl gap-1.5">
      <ProgressBar
        label="Busiest second against the quota"
        done={busiestSecond}
        total={perSecond}
        tone={isClose ? "danger" : "active"}
      />
      <p className="text-muted">
        {shareOf(busiestSecond, perSecond)} of the{" "}
        <a href={source} rel="noreferrer" target="_blank" className="underline underline-offset-3">
          {formatCount(perSecond)} requests a second
        </a>{" "}
        that {scope} takes. Whoever else is there shares them.
      </p>
      {isClose ? (
        <p className="text-danger">
          Close to the quota: past it the provider throttles, and calls wait and are tried again. Ask the
          provider for more.
        </p>
      ) : null}
    </div>
  );
};

const noQuota = ({ provider, probe }: ConnectionView): string =>
  provider === "vault"
    ? "A Vault has no quota of its own; its operator may have set one."
    : probe
      ? "The provider publishes no fixed quota for a key of this kind."
      : "The quota depends on the kind of key, and is shown once a test has passed.";

/** What was asked of the provider in a day, against what it takes. */
export const ConnectionCalls = ({ connection }: { connection: ConnectionView }) => {
  const { calls, failures, requests, busiestSecond, quota } = connection;
  return (
    <Section
      title="Calls in 24 hours"
      description="A record asks nothing of the provider: a key is opened once and kept for up to five minutes."
    >
      <Facts
        items={[
          {
            label: "Calls",
            value:
              failures === 0
                ? formatCount(calls)
                : `${formatCount(calls)}, ${formatCount(failures)} of them failed`,
          },
          { label: "Requests", value: `${formatCount(requests)}, logins and second tries included` },
          { label: "Busiest second", value: plural(busiestSecond, "request") },
        ]}
      />
      {quota === null ? <p className="text-muted">{noQuota(connection)}</p> : null}
      <Quota busiestSecond={busiestSecond} quota={quota} />
    </Section>
  );
};
