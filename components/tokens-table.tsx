import type { ReactNode } from "react";
import type { TokenKind } from "#lib/domain/token.ts";
import type { TokenView } from "#lib/domain/token-view.ts";
import { TokenStatusBadge } from "./token-status.tsx";
import { Copyable } from "./ui/copyable.tsx";
import { formatCount } from "./ui/format.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";

type TokensTableProps = {
  label: string;
  kind: TokenKind;
  tokens: readonly TokenView[];
  /** The instant of the page. */
  now: string;
  /** What may be done about a token that counts. */
  act: (token: TokenView) => ReactNode;
};

/** Tokens: what each may do, whether it counts, and until when. */
export const TokensTable = ({ label, kind, tokens, now, act }: TokensTableProps) => (
  <Table label={label} stacks className="sm:min-w-176">
    <THead>
      <Th>Token</Th>
      <Th>Id</Th>
      <Th>May</Th>
      <Th>Limit</Th>
      <Th>Status</Th>
      <Th>Created</Th>
      <Th>Expires</Th>
      <Th>Last used</Th>
      <Th>
        <span className="sr-only">Acts</span>
      </Th>
    </THead>
    <TBody>
      {tokens.map((token) => (
        <Tr key={token.id}>
          <Td mono>
            kf_{kind}_{token.prefix}…
          </Td>
          <Td>
            <Copyable value={token.id} label="token id" short />
          </Td>
          <Td label="May" mono muted>
            {token.scopes.join(", ")}
          </Td>
          <Td label="Limit" muted>
            {token.rateLimit === null ? "none" : `${formatCount(token.rateLimit)}/s`}
          </Td>
          <Td>
            <TokenStatusBadge status={token.status} />
          </Td>
          <Td label="Created" muted>
            <RelativeTime at={token.createdAt} now={now} />
          </Td>
          <Td label="Expires" muted>
            <RelativeTime at={token.expiresAt} now={now} />
          </Td>
          <Td label="Last used" muted>
            {token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} now={now} /> : "never"}
          </Td>
          <Td>{token.status === "active" ? act(token) : null}</Td>
        </Tr>
      ))}
    </TBody>
  </Table>
);
