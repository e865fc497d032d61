"use client";

import type { VersionCount } from "#lib/domain/job.ts";
import { JOB_WORDS } from "./job-words.ts";
import type { RewrapJobView } from "./rewrap-view.ts";
import { Button } from "./ui/button.tsx";
import { Facts } from "./ui/facts.tsx";
import { formatCount, formatDuration } from "./ui/format.ts";
import { Section } from "./ui/section.tsx";

const listVersions = (versions: readonly VersionCount[] | null): string =>
  versions === null || versions.length === 0
    ? "–"
    : versions.map(({ version, deks }) => `v${version}: ${formatCount(deks)}`).join(", ");

const duration = ({ started_at, completed_at }: RewrapJobView): string =>
  started_at && completed_at
    ? formatDuration((Date.parse(completed_at) - Date.parse(started_at)) / 1000)
    : "–";

/** What a job that has ended did, to keep on paper. */
export const RewrapReport = ({ job }: { job: RewrapJobView }) => (
  <Section
    title="Report"
    actions={
      <span className="print:hidden">
        <Button size="sm" variant="quiet" onClick={() => window.print()}>
          Print
        </Button>
      </span>
    }
  >
    <Facts
      items={[
        { label: "Kind", value: JOB_WORDS[job.mode].noun },
        { label: "Started", value: job.started_at ?? "–", mono: true },
        { label: "Ended", value: job.completed_at ?? "–", mono: true },
        { label: "Took", value: duration(job), mono: true },
        { label: "Moved", value: formatCount(job.moved), mono: true },
        { label: "Already current, or gone", value: formatCount(job.skipped), mono: true },
        { label: "Failed", value: formatCount(job.failed), mono: true },
        { label: "DEKs per version before", value: listVersions(job.versions_before), mono: true },
        { label: "DEKs per version after", value: listVersions(job.versions_after), mono: true },
        { label: "Calls of the KMS", value: formatCount(job.kms_calls), mono: true },
      ]}
    />
  </Section>
);
