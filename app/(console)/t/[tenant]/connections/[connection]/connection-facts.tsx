"use client";

import { ConnectionStanding } from "#components/connection-standing.tsx";
import { CUSTODY_WORDS, PROVIDER_NAMES } from "#components/connection-words.ts";
import { Facts } from "#components/ui/facts.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { shownFields } from "../shown-fields.ts";
import { ConnectionNotices } from "./connection-notices.tsx";

/** Why it is so, in a sentence: from the last probe, or while there is none from the test that failed. */
const becauseOf = ({ probe, preflight }: ConnectionView): string | null => {
  if (probe) return probe.message;
  return preflight?.steps.find(({ state }) => state === "failed")?.diagnosis?.message ?? null;
};

/** What a connection is and how its key is. */
export const ConnectionFacts = ({ connection, now }: { connection: ConnectionView; now: string }) => {
  const { probe, provider, custody, config, externalId, keyVersions } = connection;
  const because = becauseOf(connection);
  return (
    <Section title="Health">
      <ConnectionNotices connection={connection} now={now} />
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
          ...(externalId === null
            ? []
            : [
                {
                  label: "External id",
                  value: <span className="break-all">{externalId}</span>,
                  mono: true,
                },
              ]),
          { label: "Key versions under it", value: String(keyVersions), mono: true },
        ]}
      />
    </Section>
  );
};
