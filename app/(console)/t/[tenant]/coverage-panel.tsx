import { ErrorState } from "#components/ui/error-state.tsx";
import { formatCount, formatPercent } from "#components/ui/format.ts";
import { ProgressBar } from "#components/ui/progress-bar.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { listCoverage } from "#lib/services/records/list-coverage.ts";
import { readOrError } from "#lib/web/gate.ts";

/** How far each collection is on the current version of its key. */
export const CoveragePanel = async ({ slug }: { slug: string }) => {
  const coverage = await readOrError(listCoverage, { tenant: slug });
  if (!coverage.ok) return <ErrorState title="The coverage could not be counted" {...coverage} />;
  const { collections, more } = coverage.value;
  if (collections.length === 0) return null;
  return (
    <Section title="Coverage by collection">
      <Table label="Coverage by collection" stacks className="sm:min-w-120">
        <THead>
          <Th>Collection</Th>
          <Th numeric>Records</Th>
          <Th className="w-2/5">On the current version</Th>
          <Th numeric>
            <span className="sr-only">Percent</span>
          </Th>
        </THead>
        <TBody>
          {collections.map(({ collection, records, onCurrent }) => (
            <Tr key={collection}>
              <Td mono className="max-w-64 truncate">
                {collection}
              </Td>
              <Td numeric label="Records">
                {formatCount(records)}
              </Td>
              <Td className="max-sm:flex-1">
                <ProgressBar
                  label={`${collection}, on the current version`}
                  done={onCurrent}
                  total={records}
                  tone="active"
                />
              </Td>
              <Td numeric>{formatPercent(onCurrent, records)}</Td>
            </Tr>
          ))}
        </TBody>
      </Table>
      {more ? <p className="text-muted">There are more collections. These are the largest.</p> : null}
    </Section>
  );
};
