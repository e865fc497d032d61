import type { Metadata, Route } from "next";
import { forbidden, redirect } from "next/navigation";
import { Suspense } from "react";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { SkeletonRows, SkeletonText } from "#components/ui/skeleton.tsx";
import { auditHref } from "#lib/domain/audit-query/edit.ts";
import { QUERY_FIELDS } from "#lib/domain/audit-query/query.ts";
import { may } from "#lib/domain/permissions.ts";
import { countByField } from "#lib/services/audit/count-by-field.ts";
import { countOverTime } from "#lib/services/audit/count-over-time.ts";
import { listViews } from "#lib/services/audit/list-views.ts";
import { searchEvents } from "#lib/services/audit/search-events.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { EventList } from "./event-list.tsx";
import { FacetList } from "./facet-list.tsx";
import { IpNotice } from "./ip-notice.tsx";
import { QueryBox } from "./query-box.tsx";
import { loadLogParams } from "#components/audit-params.ts";
import { LogQueryProvider } from "./use-log-query.tsx";
import { TimeRange } from "./time-range.tsx";
import { TimelineFigure } from "./timeline-figure.tsx";

export const metadata: Metadata = { title: "Audit log" };

type Given = Record<string, string | string[] | undefined>;
type AuditPageProps = { searchParams: Promise<Given> };

/** An address that names its fields one by one, as other pages' links may, is the address of the query that says the same. */
const redirectToQuery = (given: Given): void => {
  const first = (name: string) => [given[name]].flat()[0];
  const named = QUERY_FIELDS.flatMap((field) => {
    const value = first(field);
    return value ? [[field, value]] : [];
  });
  if (named.length === 0) return;
  const [from, to] = [first("from"), first("to")];
  redirect(auditHref(Object.fromEntries(named), { ...(from && { from }), ...(to && { to }) }) as Route);
};

const AuditPage = async ({ searchParams }: AuditPageProps) => {
  const { account } = await gate();
  if (!may(account.role, "audit:read")) forbidden();
  redirectToQuery(await searchParams);
  const { q, from, to, cursor } = await loadLogParams(searchParams);
  const asked = { query: q, from, to };
  // Asked for at once, and each shown when it is there.
  const timeline = readOrError(countOverTime, asked);
  const facets = readOrError(countByField, asked);
  const [page, views] = await Promise.all([
    readOrError(searchEvents, { ...asked, ...(cursor && { cursor }) }),
    may(account.role, "audit-view:keep") ? readOrError(listViews) : null,
  ]);
  const fields = page.ok ? {} : page.fields;
  const key = JSON.stringify([q, from, to]);
  return (
    <LogQueryProvider>
      <PageHeader title="Audit log" />
      <QueryBox error={fields.query} />
      <TimeRange key={Object.keys(fields).join()} errors={fields} />
      <IpNotice query={q} />
      {page.ok ? (
        <>
          <Suspense key={key} fallback={<div className="mt-4 h-30.5" />}>
            <TimelineFigure timeline={timeline} />
          </Suspense>
          <div className="mt-6 grid grid-cols-1 gap-x-8 gap-y-6 desk:grid-cols-[13rem_minmax(0,1fr)]">
            <aside aria-label="Values" className="max-desk:order-last">
              <Suspense key={key} fallback={<SkeletonText lines={12} />}>
                <FacetList facets={facets} />
              </Suspense>
            </aside>
            <Suspense fallback={<SkeletonRows rows={16} columns={6} />}>
              <EventList
                page={page.value}
                asked={{ q, from, to, cursor }}
                timeline={timeline}
                views={views?.ok ? views.value : null}
                mayExport={may(account.role, "audit:export")}
              />
            </Suspense>
          </div>
        </>
      ) : (
        <div className="mt-6">
          <ErrorState title="The log could not be searched" {...page} />
        </div>
      )}
    </LogQueryProvider>
  );
};

export default AuditPage;
