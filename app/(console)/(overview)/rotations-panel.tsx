import type { Route } from "next";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { ROTATION_DAYS } from "#lib/domain/cryptoperiod.ts";
import { listNextRotations } from "#lib/services/overview/list-next-rotations.ts";
import { readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

/** Which keys are due next, by age. */
export const RotationsPanel = async () => {
  const rotations = await readOrError(listNextRotations);
  if (!rotations.ok) return <ErrorState title="The next rotations could not be read" {...rotations} />;
  const rows = rotations.value.rotations;
  const now = pageNow();
  return (
    <Section
      title="Next rotations"
      description={
        rows.length > 0
          ? `By age: a version is due after ${ROTATION_DAYS} days. Keyfold does not rotate by itself yet: it reminds you.`
          : undefined
      }
    >
      {rows.length === 0 ? (
        <p className="text-muted">No key waits for its turn.</p>
      ) : (
        <Table label="Next rotations" density="log">
          <THead>
            <Th>Key</Th>
            <Th numeric>Version</Th>
            <Th>Due</Th>
          </THead>
          <TBody>
            {rows.map((row) => (
              <Tr key={`${row.tenant}/${row.key}`}>
                <Td mono className="break-all">
                  <TextLink href={`/t/${row.tenant}/keys/${row.key}` as Route}>
                    {row.tenant}/{row.key}
                  </TextLink>
                </Td>
                <Td numeric>v{row.version}</Td>
                <Td muted>
                  <RelativeTime at={row.dueAt} now={now} />
                </Td>
              </Tr>
            ))}
          </TBody>
        </Table>
      )}
    </Section>
  );
};
