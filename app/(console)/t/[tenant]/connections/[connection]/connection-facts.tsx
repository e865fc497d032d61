"use client";

import { ConnectionStanding } from "#components/connection-standing.tsx";
import { CUSTODY_WORDS, PROVIDER_NAMES } from "#components/connection-words.ts";
import { Banner } from "#components/ui/banner.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { shownFields } from "../shown-fields.ts";

const DAY_MS = 86_400_000;

const Doomed = ({ deletionAt, now }: { deletionAt: string; now: string }) => {
  const days = Math.max(0, Math.ceil((Date.parse(deletionAt) - Date.parse(now)) / DAY_MS));
  return (
    <Banner tone="danger" title={`The provider deletes this key in ${days} ${days === 1 ? "day" : "days"}`}>
      On {deletionAt.slice(0, 10)} everything under it becomes unreadable for good. Its owner can cancel that
      at the provider until then.
    </Banner>
  );
};

/** Why it is so, in a sentence: from the last probe, or while there is none from the test that failed. */
const becauseOf = ({ probe, preflight }: ConnectionView): string | null => {
  if (probe) return probe.message;
  return preflight?.steps.find(({ state }) => state === "failed")?.diagnosis?.message ?? null;
};

/** What a connection is and how its key is. */
export const ConnectionFacts = ({ connection, now }: { connection: ConnectionView; now: string }) => {
  const { probe, provider, custody, config, externalId, calls, failures, keyVersions } = connection;
  const because = becauseOf(connection);
  return (
    <Section title="Health">
      {probe?.deletionAt ? <Doomed deletionAt={probe.deletionAt} now={now} /> : null}
      <Facts
        items={[
          { label: "Health", value: <ConnectionStanding {...connection} /> },
          ...(because ? [{ label: "Because", value: because }] : []),
          ...(probe ? [{ label: "Since", value: <RelativeTime at={probe.since} now={now} /> }] : []),
          ...(probe ? [{ label: "Looked at", value: <RelativeTime at={probe.at} now={now} /> }] : []),
          { label: "Provider", value: PROVIDER_NAMES[provider] },
          { label: "Account", value: CUSTODY_WORDS[custody] },
          ...shownFields(provider, config).map(({ label, value, isWord }) => ({
            label,
            value: <span className="break-all">{value}</span>,
            mono: !isWord,
          })),
          ...(externalId === null ? [] : [{ label: "External id", value: externalId, mono: true }]),
          { label: "Key versions under it", value: String(keyVersions), mono: true },
          { label: "Calls in 24 h", value: `${calls}, ${failures} of them failed` },
        ]}
      />
    </Section>
  );
};
