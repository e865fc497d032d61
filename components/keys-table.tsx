import type { Route } from "next";
import type { Custody, KeyStatus } from "#lib/domain/key-state.ts";
import type { JobStanding } from "./job-words.ts";
import { KeyStatusMark } from "./key-state.tsx";
import { StripLegend } from "./strip-legend.tsx";
import { formatCount } from "./ui/format.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";
import { TextLink } from "./ui/text-link.tsx";
import { VersionStrip } from "./version-strip.tsx";
import type { VersionSlice } from "./version-strip-blocks.ts";

export type KeyRow = {
  id: string;
  name: string;
  status: KeyStatus;
  custody: Custody;
  versions: readonly VersionSlice[];
  /** Its job that has not ended. */
  job: JobStanding | null;
  createdAt: string;
  rotatedAt: string | null;
};

const dekSum = (versions: readonly VersionSlice[]): number | null =>
  versions.some(({ deks }) => deks === null)
    ? null
    : versions.reduce((sum, { deks }) => sum + (deks ?? 0), 0);

/** The keys of a tenant, each with its version strip. */
export const KeysTable = ({
  tenant,
  keys,
  now,
}: {
  tenant: string;
  keys: readonly KeyRow[];
  now: string;
}) => (
  <>
    <Table label="Keys" stacks className="sm:min-w-176">
      <THead>
        <Th>Key</Th>
        <Th>Status</Th>
        <Th className="w-1/3">Versions, by DEKs protected</Th>
        <Th numeric>DEKs</Th>
        <Th>CMK custody</Th>
        <Th>Last rotation</Th>
      </THead>
      <TBody>
        {keys.map((key) => (
          <Tr key={key.id}>
            <Td mono>
              <TextLink href={`/t/${tenant}/keys/${key.name}` as Route}>{key.name}</TextLink>
            </Td>
            <Td>
              <KeyStatusMark status={key.status} job={key.job} />
            </Td>
            <Td className="max-sm:basis-full">
              <VersionStrip
                keyName={key.name}
                versions={key.versions}
                movingTo={key.job?.target_version ?? null}
              />
            </Td>
            <Td numeric label="DEKs">
              <DekSum versions={key.versions} />
            </Td>
            <Td muted label="CMK custody">
              {key.custody}
            </Td>
            <Td muted label="Last rotation">
              {key.rotatedAt ? <RelativeTime at={key.rotatedAt} now={now} /> : "never"}
            </Td>
          </Tr>
        ))}
      </TBody>
    </Table>
    <StripLegend
      slices={keys.flatMap(({ versions }) => versions)}
      moving={keys.some(({ job }) => job !== null)}
    />
  </>
);

const DekSum = ({ versions }: { versions: readonly VersionSlice[] }) => {
  const sum = dekSum(versions);
  return sum === null ? <span title="Not counted yet">unknown</span> : formatCount(sum);
};
