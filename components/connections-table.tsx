import type { Route } from "next";
import Link from "next/link";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { ConnectionStanding } from "./connection-standing.tsx";
import { CUSTODY_WORDS, PROVIDER_NAMES } from "./connection-words.ts";
import { RelativeTime } from "./ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "./ui/table.tsx";

type ConnectionsTableProps = { connections: readonly ConnectionView[]; page: string; now: string };

/** Connections of one owner, whose pages stand below `page`. */
export const ConnectionsTable = ({ connections, page, now }: ConnectionsTableProps) => (
  <Table label="Connections" stacks className="sm:min-w-176">
    <THead>
      <Th>Connection</Th>
      <Th>Provider</Th>
      <Th>KMS</Th>
      <Th>Health</Th>
      <Th>Looked at</Th>
      <Th numeric>Key versions</Th>
      <Th numeric>Calls in 24 h</Th>
    </THead>
    <TBody>
      {connections.map((connection) => (
        <Tr key={connection.id}>
          <Td mono>
            <Link href={`${page}/${connection.name}` as Route} className="underline-offset-4 hover:underline">
              {connection.name}
            </Link>
          </Td>
          <Td className="whitespace-nowrap">{PROVIDER_NAMES[connection.provider]}</Td>
          <Td muted className="whitespace-nowrap">
            {CUSTODY_WORDS[connection.custody]}
          </Td>
          <Td>
            <ConnectionStanding {...connection} />
          </Td>
          <Td muted label="Looked at">
            {connection.probe ? <RelativeTime at={connection.probe.at} now={now} /> : "never"}
          </Td>
          <Td numeric label="Key versions">
            {connection.keyVersions}
          </Td>
          <Td numeric label="Calls in 24 h">
            {connection.calls}
          </Td>
        </Tr>
      ))}
    </TBody>
  </Table>
);
