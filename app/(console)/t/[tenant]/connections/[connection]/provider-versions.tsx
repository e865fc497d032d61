"use client";

import type { ReactNode } from "react";
import { CmkHealthMark } from "#components/key-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import type { ConnectionView } from "#lib/domain/connection-view.ts";

type ProviderVersionsProps = { connection: ConnectionView; now: string; rotate: ReactNode };

/** The versions of the key as the provider lists them: a rotation that was done outside is among them. */
export const ProviderVersions = ({ connection: { probe }, now, rotate }: ProviderVersionsProps) => (
  <Section title="Versions at the provider" actions={rotate}>
    {probe && probe.versions.length > 0 ? (
      <Table label="Versions at the provider">
        <THead>
          <Th>Version</Th>
          <Th>State</Th>
          <Th>Made</Th>
        </THead>
        <TBody>
          {probe.versions.toReversed().map(({ version, health, createdAt, current }) => (
            <Tr key={version}>
              <Td mono>
                <span className="break-all">{version}</span>
                {current ? <span className="font-sans text-muted"> current</span> : null}
              </Td>
              <Td>
                <CmkHealthMark health={health} />
              </Td>
              <Td muted>{createdAt ? <RelativeTime at={createdAt} now={now} /> : "not told"}</Td>
            </Tr>
          ))}
        </TBody>
      </Table>
    ) : (
      <p className="text-muted">They are listed once a test has passed.</p>
    )}
  </Section>
);
