import type { Route } from "next";
import { JOB_WORDS } from "./job-words.ts";
import { RewrapStatusMark } from "./rewrap-status.tsx";
import { type RewrapJobView, rewrapRoute } from "./rewrap-view.ts";
import { formatCount, formatPercent } from "./ui/format.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";
import { TextLink } from "./ui/text-link.tsx";

/** Rewrap jobs, one a row. */
export const JobsTable = ({ jobs, now }: { jobs: readonly RewrapJobView[]; now: string }) => (
  <Table label="Rewrap jobs" stacks className="sm:min-w-160">
    <THead>
      <Th>Key</Th>
      <Th>Kind</Th>
      <Th>Moves</Th>
      <Th>Status</Th>
      <Th numeric>Done</Th>
      <Th numeric>DEKs</Th>
      <Th numeric>Failed</Th>
      <Th>Started</Th>
      <Th>Ended</Th>
    </THead>
    <TBody>
      {jobs.map((job) => (
        <Tr key={job.id}>
          <Td mono>
            <TextLink href={`/jobs/${job.id}` as Route}>
              {job.tenant}/{job.key}
            </TextLink>
          </Td>
          <Td>{JOB_WORDS[job.mode].noun}</Td>
          <Td mono muted className="whitespace-nowrap">
            {rewrapRoute(job)}
          </Td>
          <Td>
            <RewrapStatusMark status={job.status} />
          </Td>
          <Td numeric label="Done">
            {formatPercent(job.processed, job.total)}
          </Td>
          <Td numeric label="DEKs">
            {formatCount(job.total)}
          </Td>
          <Td numeric label="Failed" className={job.failed > 0 ? "text-danger" : undefined}>
            {formatCount(job.failed)}
          </Td>
          <Td muted label="Started">
            {job.started_at ? <RelativeTime at={job.started_at} now={now} /> : "–"}
          </Td>
          <Td muted label="Ended">
            {job.completed_at ? <RelativeTime at={job.completed_at} now={now} /> : "–"}
          </Td>
        </Tr>
      ))}
    </TBody>
  </Table>
);
