import type { Route } from "next";
import type { ReactNode } from "react";
import type { JobStanding } from "./job-words.ts";
import { VersionState } from "./key-state.tsx";
import { Badge } from "./ui/badge.tsx";
import { formatCount } from "./ui/format.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";
import { TextLink } from "./ui/text-link.tsx";
import { isMoving, type VersionSlice } from "./version-strip-blocks.ts";

export type VersionRow = VersionSlice & {
  current: boolean;
  createdAt: string;
  activatedAt?: string | null;
  deactivatedAt?: string | null;
  compromisedAt?: string | null;
  destroyedAt?: string | null;
  /** The CMK version that wraps it. */
  cmk?: string;
};

type VersionsTableProps = {
  versions: readonly VersionRow[];
  /** The job of the key that has not ended. */
  job?: JobStanding | null;
  now: string;
  /** The page of a version. */
  hrefOf?: (number: number) => Route;
  /** What may be done with a version. */
  actionsOf?: (number: number) => ReactNode;
};

/** Columns that are there once a version has something in them. */
const RARE = [
  ["Compromised", ({ compromisedAt }: VersionRow) => compromisedAt],
  ["Destroyed", ({ destroyedAt }: VersionRow) => destroyedAt],
] as const;

const Instant = ({ at, now }: { at: string | null | undefined; now: string }) =>
  at ? <RelativeTime at={at} now={now} /> : <span className="text-faint">–</span>;

// Most versions are made active; the column is there once one was not.
const hasOwnActivation = ({ createdAt, activatedAt }: VersionRow): boolean =>
  activatedAt != null && activatedAt.slice(0, 19) !== createdAt.slice(0, 19);

/** The versions of a key, newest first, with what each still protects. */
export const VersionsTable = ({ versions, job = null, now, hrefOf, actionsOf }: VersionsTableProps) => {
  const activations = versions.some(hasOwnActivation);
  const rare = RARE.filter(([, instantOf]) => versions.some((version) => instantOf(version) != null));
  return (
    <Table label="Versions" stacks>
      <THead>
        <Th>Version</Th>
        <Th>State</Th>
        <Th numeric>DEKs still on it</Th>
        <Th>Created</Th>
        {activations ? <Th>Activated</Th> : null}
        <Th>Deactivated</Th>
        {rare.map(([name]) => (
          <Th key={name}>{name}</Th>
        ))}
        <Th>Wrapped by</Th>
        {actionsOf ? (
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        ) : null}
      </THead>
      <TBody>
        {versions
          .toSorted((a, b) => b.number - a.number)
          .map((version) => (
            <Tr key={version.number}>
              <Td mono>
                <span className="inline-flex items-center gap-2">
                  {hrefOf ? (
                    <TextLink href={hrefOf(version.number)}>v{version.number}</TextLink>
                  ) : (
                    `v${version.number}`
                  )}
                  {version.current ? <Badge tone="active">current</Badge> : null}
                </span>
              </Td>
              <Td>
                <VersionState
                  state={version.state}
                  job={isMoving(version, job?.target_version) ? job : null}
                />
              </Td>
              <Td numeric label="DEKs">
                {version.deks === null ? (
                  <span title="Not counted yet">unknown</span>
                ) : (
                  formatCount(version.deks)
                )}
              </Td>
              <Td muted label="Created">
                <Instant at={version.createdAt} now={now} />
              </Td>
              {activations ? (
                <Td muted label="Activated">
                  <Instant at={version.activatedAt} now={now} />
                </Td>
              ) : null}
              <Td muted label="Deactivated">
                <Instant at={version.deactivatedAt} now={now} />
              </Td>
              {rare.map(([name, instantOf]) => (
                <Td key={name} muted label={name}>
                  <Instant at={instantOf(version)} now={now} />
                </Td>
              ))}
              <Td mono muted label="Wrapped by" className="whitespace-nowrap">
                {version.cmk ?? "–"}
              </Td>
              {actionsOf ? <Td className="text-right max-sm:ml-auto">{actionsOf(version.number)}</Td> : null}
            </Tr>
          ))}
      </TBody>
    </Table>
  );
};
