import { VersionState } from "./key-state.tsx";
import { Badge } from "./ui/badge.tsx";
import { formatCount } from "./ui/format.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";
import { isMoving, type VersionSlice } from "./version-strip-blocks.ts";

export type VersionRow = VersionSlice & {
  current: boolean;
  createdAt: string;
  activatedAt?: string | null;
  deactivatedAt?: string | null;
  /** The CMK version that wraps it. */
  cmk?: string;
};

type VersionsTableProps = { versions: readonly VersionRow[]; movingTo?: number | null; now: string };

const Instant = ({ at, now }: { at: string | null | undefined; now: string }) =>
  at ? <RelativeTime at={at} now={now} /> : <span className="text-faint">–</span>;

// Most versions are made active; the column is there once one was not.
const hasOwnActivation = ({ createdAt, activatedAt }: VersionRow): boolean =>
  activatedAt != null && activatedAt.slice(0, 19) !== createdAt.slice(0, 19);

/** The versions of a key, newest first, with what each still protects. */
export const VersionsTable = ({ versions, movingTo, now }: VersionsTableProps) => {
  const activations = versions.some(hasOwnActivation);
  return (
    <Table label="Versions">
      <THead>
        <Th>Version</Th>
        <Th>State</Th>
        <Th numeric>DEKs still on it</Th>
        <Th>Created</Th>
        {activations ? <Th>Activated</Th> : null}
        <Th>Deactivated</Th>
        <Th>Wrapped by</Th>
      </THead>
      <TBody>
        {versions
          .toSorted((a, b) => b.number - a.number)
          .map((version) => (
            <Tr key={version.number}>
              <Td mono>
                <span className="inline-flex items-center gap-2">
                  v{version.number}
                  {version.current ? <Badge tone="active">current</Badge> : null}
                </span>
              </Td>
              <Td>
                <VersionState state={version.state} moving={isMoving(version, movingTo)} />
              </Td>
              <Td numeric>
                {version.deks === null ? (
                  <span title="Not counted yet">unknown</span>
                ) : (
                  formatCount(version.deks)
                )}
              </Td>
              <Td muted>
                <Instant at={version.createdAt} now={now} />
              </Td>
              {activations ? (
                <Td muted>
                  <Instant at={version.activatedAt} now={now} />
                </Td>
              ) : null}
              <Td muted>
                <Instant at={version.deactivatedAt} now={now} />
              </Td>
              <Td mono muted>
                {version.cmk ?? "–"}
              </Td>
            </Tr>
          ))}
      </TBody>
    </Table>
  );
};
