import type { Route } from "next";
import { VersionState } from "#components/key-state.tsx";
import { partyWords } from "#components/party-words.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { KeyState } from "#lib/domain/key-state.ts";

type Transition = {
  from: KeyState | null;
  to: KeyState;
  at: string;
  actor: { type: string; id: string };
};
type TransitionsProps = {
  transitions: readonly Transition[];
  /** E-mail addresses of people, for who may see them. */
  names: Readonly<Record<string, string>>;
  now: string;
};

/** Every change of a version's state, with its instant and who asked for it. */
export const Transitions = ({ transitions, names, now }: TransitionsProps) => (
  <Table label="Changes of state" stacks className="sm:min-w-112">
    <THead>
      <Th>When</Th>
      <Th>From</Th>
      <Th>To</Th>
      <Th>Asked for by</Th>
    </THead>
    <TBody>
      {transitions.toReversed().map(({ from, to, at, actor }) => (
        <Tr key={`${at} ${to}`}>
          <Td muted>
            <RelativeTime at={at} now={now} />
          </Td>
          <Td label="From">{from ? <VersionState state={from} /> : <span className="text-faint">–</span>}</Td>
          <Td label="To">
            <VersionState state={to} />
          </Td>
          <Td label="By">
            <TextLink href={`/audit?actor=${actor.id}` as Route} mono={!names[actor.id]}>
              {names[actor.id] ?? partyWords(actor)}
            </TextLink>
          </Td>
        </Tr>
      ))}
    </TBody>
  </Table>
);
