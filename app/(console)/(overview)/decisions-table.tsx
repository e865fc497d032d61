import type { Route } from "next";
import { JOB_WORDS, standingWords } from "#components/job-words.ts";
import { CmkHealthMark, VersionState } from "#components/key-state.tsx";
import { formatCount } from "#components/ui/format.ts";
import { Mark } from "#components/ui/mark.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { CMK_HEALTHS, type CmkHealth } from "#lib/domain/key-state.ts";
import type { Decision } from "#lib/services/overview/list-decisions.ts";

const isHealth = (code: string | null): code is CmkHealth =>
  (CMK_HEALTHS as readonly (string | null)[]).includes(code);

type DecisionProps = { decision: Decision; now: string };

const What = ({ decision, now }: DecisionProps) => {
  const { kind, code, deletionAt } = decision;
  const mode = decision.mode ?? "rewrap";
  switch (kind) {
    case "compromised":
      return <VersionState state="compromised" />;
    case "cmk":
      return (
        <span className="inline-flex flex-wrap items-center gap-x-1.5">
          {isHealth(code) ? <CmkHealthMark health={code} /> : code}
          {code === "pending_deletion" && deletionAt ? (
            <span className="text-danger">
              <RelativeTime at={deletionAt} now={now} />
            </span>
          ) : null}
        </span>
      );
    case "job-waiting":
      return (
        <Mark shape="broken" tone="pending">
          {standingWords({ mode, status: "waiting", wait_code: code })}
        </Mark>
      );
    case "job-failed":
      return (
        <Mark shape="cross" tone="danger">
          {JOB_WORDS[mode].noun} {code?.replaceAll("_", " ")}
        </Mark>
      );
    case "job-paused":
      return (
        <Mark shape="bars" tone="idle" title="Goes on when somebody resumes it">
          {standingWords({ mode, status: "paused", wait_code: null })}
        </Mark>
      );
    case "overdue":
      return (
        <Mark shape="triangle" tone="pending">
          Rotation overdue
        </Mark>
      );
    default:
      throw new Error(`decisions-table.tsx knows no kind ${kind satisfies never}`);
  }
};

const Cmk = ({ tenant, connection }: Pick<Decision, "tenant" | "connection">) => {
  if (connection === null) return "the platform’s CMK";
  const [href, name] =
    tenant === null
      ? [`/settings/connections/${connection}`, connection]
      : [`/t/${tenant}/connections/${connection}`, `${tenant}/${connection}`];
  return (
    <>
      the CMK of {tenant === null ? "the platform’s connection " : ""}
      <TextLink href={href as Route} mono>
        {name}
      </TextLink>
    </>
  );
};

const Subject = ({ decision }: { decision: Decision }) => {
  const { tenant, key, version, job, kind } = decision;
  if (kind === "cmk") return <Cmk {...decision} />;
  const href = job === null ? `/t/${tenant}/keys/${key}` : `/jobs/${job}`;
  return (
    <TextLink href={href as Route} mono>
      {tenant}/{key}
      {job === null && version !== null ? ` v${version}` : ""}
    </TextLink>
  );
};

type DecisionsTableProps = { decisions: readonly Decision[]; more: boolean; now: string };

/** What needs a decision, the gravest first, each with the way to its place. */
export const DecisionsTable = ({ decisions, more, now }: DecisionsTableProps) => (
  <>
    <Table label="Needs a decision" stacks className="sm:min-w-120">
      <THead>
        <Th>What</Th>
        <Th>Where</Th>
        <Th numeric>DEKs</Th>
        <Th>Since</Th>
      </THead>
      <TBody>
        {decisions.map((decision) => (
          <Tr
            key={[
              decision.kind,
              decision.tenant,
              decision.key,
              decision.version,
              decision.job,
              decision.connection,
            ].join(" ")}
          >
            <Td>
              <What decision={decision} now={now} />
            </Td>
            <Td>
              <Subject decision={decision} />
            </Td>
            <Td numeric label="DEKs">
              {decision.deks === null ? "–" : formatCount(decision.deks)}
            </Td>
            <Td muted label="Since">
              <RelativeTime at={decision.at} now={now} />
            </Td>
          </Tr>
        ))}
      </TBody>
    </Table>
    {more ? <p className="text-muted">There are more. These are the gravest.</p> : null}
  </>
);
