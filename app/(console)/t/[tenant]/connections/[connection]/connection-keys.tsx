"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { holderOf, type KeyHolder, wrappedVersions } from "#components/key-holders.ts";
import { KeyStatusMark } from "#components/key-state.tsx";
import { MoveKeyDialog } from "#components/move-key-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { formatCount } from "#components/ui/format.ts";
import { Section } from "#components/ui/section.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { KeyView } from "#lib/domain/key-view.ts";
import { moveKeyAction } from "../actions.ts";

type ConnectionKeysProps = {
  tenant: string;
  /** The connection of the page. */
  holder: KeyHolder;
  holders: readonly KeyHolder[];
  /** Every key of the tenant. */
  keys: readonly KeyView[];
  mayMove: boolean;
  onChanged: () => unknown;
};

/** The keys that the connection's CMK wraps; each can be moved away, and others to it. */
export const ConnectionKeys = ({
  tenant,
  holder,
  holders,
  keys,
  mayMove,
  onChanged,
}: ConnectionKeysProps) => {
  const router = useRouter();
  const under = (key: KeyView) => wrappedVersions(key).filter(({ cmk }) => cmk.id === holder.id).length;
  const held = keys.filter((key) => under(key) > 0);
  const movable = keys.filter(({ status }) => status === "enabled" || status === "suspended");
  const others = movable.filter((key) => holderOf(key, holders)?.id !== holder.id);
  const changed = () => {
    router.refresh();
    return onChanged();
  };
  const dialog = { tenant, holders, move: moveKeyAction, onChanged: changed };
  return (
    <Section
      title="Keys under it"
      actions={
        mayMove && holder.ready && others.length > 0 ? (
          <MoveKeyDialog {...dialog} trigger={<Button>Move a key here</Button>} keys={others} to={holder} />
        ) : null
      }
    >
      {held.length === 0 ? (
        <p className="text-muted">
          {holder.ready
            ? "No key is under this CMK yet."
            : "Keys can be put under it once a test has passed."}
        </p>
      ) : (
        <Table label="Keys under it" stacks>
          <THead>
            <Th>Key</Th>
            <Th>Status</Th>
            <Th numeric>Versions under it</Th>
            <Th numeric>DEKs</Th>
            {mayMove ? (
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            ) : null}
          </THead>
          <TBody>
            {held.map((key) => (
              <Tr key={key.id}>
                <Td mono>
                  <TextLink href={`/t/${tenant}/keys/${key.name}` as Route}>{key.name}</TextLink>
                </Td>
                <Td>
                  <KeyStatusMark status={key.status} />
                </Td>
                <Td numeric label="Versions under it">
                  {under(key)}
                </Td>
                <Td numeric label="DEKs">
                  {formatCount(key.versions.reduce((sum, { deks }) => sum + deks, 0))}
                </Td>
                {mayMove ? (
                  <Td className="text-right">
                    {movable.includes(key) ? (
                      <MoveKeyDialog
                        {...dialog}
                        trigger={
                          <Button variant="quiet" size="sm" aria-label={`Move key ${key.name}`}>
                            Move key
                          </Button>
                        }
                        keys={[key]}
                      />
                    ) : null}
                  </Td>
                ) : null}
              </Tr>
            ))}
          </TBody>
        </Table>
      )}
    </Section>
  );
};
