"use client";

import type { JobFailures } from "#lib/domain/job.ts";
import { FAILURE_WORDS } from "./failure-words.ts";
import { Button } from "./ui/button.tsx";
import { Copyable } from "./ui/copyable.tsx";
import { formatCount } from "./ui/format.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Section } from "./ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";

type RewrapFailuresProps = {
  failures: readonly JobFailures[];
  /** Where all of them can be had as a file. */
  exportUrl: string;
  now: string;
  /** Tries a group again; absent while the job works, or for whoever may not. */
  onRetry?: ((code: string) => void | Promise<void>) | undefined;
  pending?: boolean;
};

/** What could not be moved, by its cause: how many, since when, and some of the records. */
export const RewrapFailures = ({
  failures,
  exportUrl,
  now,
  onRetry,
  pending = false,
}: RewrapFailuresProps) =>
  failures.length === 0 ? null : (
    <Section
      title="Failures by cause"
      description="Some of each; the export has all of them, with collection and record."
      actions={
        <a href={exportUrl} download className="underline underline-offset-2 print:hidden">
          Export as JSON lines
        </a>
      }
    >
      <Table label="Failures by cause" stacks className="sm:min-w-160">
        <THead>
          <Th>Cause</Th>
          <Th numeric>DEKs</Th>
          <Th>First</Th>
          <Th>Last</Th>
          <Th>Records</Th>
          {onRetry ? <Th>Act</Th> : null}
        </THead>
        <TBody>
          {failures.map(({ code, count, first, last, samples }) => (
            <Tr key={code}>
              <Td className="max-w-80">
                <span className="font-mono">{code}</span>
                {FAILURE_WORDS[code] ? <p className="text-muted text-micro">{FAILURE_WORDS[code]}</p> : null}
              </Td>
              <Td numeric label="DEKs">
                {formatCount(count)}
              </Td>
              <Td muted label="First">
                <RelativeTime at={first} now={now} />
              </Td>
              <Td muted label="Last">
                <RelativeTime at={last} now={now} />
              </Td>
              <Td>
                <span className="grid gap-1">
                  {samples.map((id) => (
                    <Copyable key={id} value={id} label="record id" short className="text-micro" />
                  ))}
                </span>
              </Td>
              {onRetry ? (
                <Td>
                  <Button size="sm" pending={pending} onClick={() => void onRetry(code)}>
                    Retry
                  </Button>
                </Td>
              ) : null}
            </Tr>
          ))}
        </TBody>
      </Table>
    </Section>
  );
