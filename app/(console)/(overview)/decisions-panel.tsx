import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatRelative } from "#components/ui/format-time.ts";
import { Section } from "#components/ui/section.tsx";
import { may } from "#lib/domain/permissions.ts";
import { listDecisions } from "#lib/services/overview/list-decisions.ts";
import { listNextRotations } from "#lib/services/overview/list-next-rotations.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { pageNow } from "#lib/web/page-now.ts";
import { DecisionsTable } from "./decisions-table.tsx";

/** What somebody should decide about; on a fresh start, what to begin with. */
export const DecisionsPanel = async () => {
  const { account } = await gate();
  const [decisions, rotations, tenants] = await Promise.all([
    readOrError(listDecisions),
    readOrError(listNextRotations),
    readOrError(listTenants),
  ]);
  if (tenants.ok && tenants.value.length === 0) {
    return (
      <EmptyState
        title="Begin with a tenant"
        actions={
          may(account.role, "tenant:create") ? (
            <ButtonLink href="/tenants/new" variant="primary">
              Create tenant
            </ButtonLink>
          ) : null
        }
      >
        A tenant is one of your customers. Give it a key and a service token, and an application can write its
        first encrypted record.
      </EmptyState>
    );
  }
  const now = pageNow();
  const next = rotations.ok ? rotations.value.rotations[0] : undefined;
  return (
    <Section title="Needs a decision">
      {!decisions.ok ? (
        <ErrorState title="What needs a decision could not be read" {...decisions} />
      ) : decisions.value.decisions.length === 0 ? (
        <p className="text-muted">
          Nothing needs a decision.
          {next ? ` Next rotation: ${next.tenant}/${next.key}, ${formatRelative(next.dueAt, now)}.` : ""}
        </p>
      ) : (
        <DecisionsTable decisions={decisions.value.decisions} more={decisions.value.more} now={now} />
      )}
    </Section>
  );
};
