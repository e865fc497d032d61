import type { Route } from "next";
import { TokenStatusBadge } from "#components/token-status.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { listTokens } from "#lib/services/tokens/list-tokens.ts";
import { readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";

const SHOWN = 4;

/** The newest tokens that applications speak with. */
export const TokensPanel = async ({ slug }: { slug: string }) => {
  const found = await readOrError(listTokens, { tenant: slug, limit: SHOWN });
  if (!found.ok) return <ErrorState title="The tokens could not be read" {...found} />;
  const { tokens } = found.value;
  if (tokens.length === 0) return null;
  const now = pageNow();
  return (
    <Section title="Tokens" actions={<TextLink href={`/t/${slug}/tokens` as Route}>All tokens</TextLink>}>
      <Table label="Tokens" density="log">
        <THead>
          <Th>Id</Th>
          <Th>Status</Th>
          <Th>Last used</Th>
        </THead>
        <TBody>
          {tokens.map((token) => (
            <Tr key={token.id}>
              <Td>
                <Copyable value={token.id} label="token id" short />
              </Td>
              <Td>
                <TokenStatusBadge status={token.status} />
              </Td>
              <Td muted>{token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} now={now} /> : "never"}</Td>
            </Tr>
          ))}
        </TBody>
      </Table>
    </Section>
  );
};
