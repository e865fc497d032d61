import type { Metadata, Route } from "next";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { buttonClass } from "#components/ui/button-class.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { may } from "#lib/domain/permissions.ts";
import { actorNames } from "#lib/services/audit/actor-names.ts";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { forbidden } from "next/navigation";
import { EventFilter } from "./event-filter.tsx";
import { EventRows } from "./event-rows.tsx";

export const metadata: Metadata = { title: "Audit log" };

const FIELDS = ["action", "actor", "outcome", "tenant", "target", "request", "from", "to"] as const;

type AuditPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const AuditPage = async ({ searchParams }: AuditPageProps) => {
  const { account } = await gate();
  if (!may(account.role, "audit:read")) forbidden();
  const given = await searchParams;
  const values = Object.fromEntries(
    FIELDS.flatMap((field) => {
      const value = [given[field]].flat()[0];
      return value ? [[field, value]] : [];
    }),
  );
  const cursor = [given.cursor].flat()[0];
  const [page, tenants] = await Promise.all([
    readOrError(searchEvents, { ...values, ...(cursor && { cursor }) }),
    readOrError(listTenants),
  ]);
  const ids = page.ok ? page.value.events.map(({ actor }) => actor.id) : [];
  const names = await readOrError(actorNames, { ids });
  const query = new URLSearchParams(values);
  const older =
    page.ok && page.value.next ? new URLSearchParams({ ...values, cursor: page.value.next }) : null;
  return (
    <>
      <PageHeader
        title="Audit log"
        actions={
          may(account.role, "audit:export") ? (
            <a href={`/api/audit/export?${query}`} download className={buttonClass({ variant: "secondary" })}>
              Download JSONL
            </a>
          ) : null
        }
      />
      <EventFilter
        key={query.toString()}
        values={values}
        tenants={tenants.ok ? tenants.value : []}
        errors={page.ok ? {} : page.fields}
      />
      <div className="mt-6">
        {!page.ok ? (
          <ErrorState title="The log could not be searched" {...page} />
        ) : page.value.events.length === 0 ? (
          <EmptyState title="No events match">Widen the time range or clear a filter.</EmptyState>
        ) : (
          <EventRows events={page.value.events} names={names.ok ? names.value : {}} />
        )}
      </div>
      {older ? (
        <p className="mt-4">
          <TextLink href={`/audit?${older}` as Route}>Older events</TextLink>
        </p>
      ) : null}
    </>
  );
};

export default AuditPage;
