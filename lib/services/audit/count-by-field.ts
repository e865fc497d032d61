import type { CountedField } from "#db/queries/audit-counts.ts";
import { isCounted, readFacets } from "#db/queries/audit-counts.ts";
import { findPeopleById } from "#db/queries/audit-people.ts";
import { findTenantsById } from "#db/queries/audit-tenants.ts";
import { withOperator } from "#db/tenant-tx.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { COUNT_MAX } from "./count-over-time.ts";
import { EventQuery } from "./event-query.ts";
import { byDays } from "./hours.ts";
import { defineLogQuery, GLOBAL } from "./log-scope.ts";
import { toFilter } from "./to-filter.ts";

export const FACET_VALUES = 8;

/** A value of a field: as a query names it, what people call it, and how many events have it. */
export type FacetValue = { value: string; name: string; count: number };
export type EventFacets = {
  fields: Record<CountedField, FacetValue[]>;
  /** Each field's counts end at this number; beyond it there are more. Null where they are exact. */
  countMax: number | null;
};

/** Which actors, actions, tenants and outcomes the events of a query have, the most frequent first. */
export const countByField = defineLogQuery({
  permission: "audit:read",
  input: EventQuery,
  read: async ({ ctx, scope, input }): Promise<EventFacets> => {
    const filter = await toFilter(ctx, input, scope);
    const stretches = byDays(filter);
    const rows = await scope.read((tx) =>
      readFacets(tx, filter, stretches, { values: FACET_VALUES, limit: COUNT_MAX }),
    );
    const of = (field: CountedField) => rows.filter((row) => row.field === field);
    const people = of("actor").flatMap(({ value }) => (isUuid(value) ? [value] : []));
    const tenants = of("tenant").flatMap(({ value }) => (value === "" ? [] : [value]));
    const [persons, slugs] = await Promise.all([
      people.length > 0 ? withOperator(ctx.db, (tx) => findPeopleById(tx, people)) : [],
      scope.tenant ? [scope.tenant] : withOperator(ctx.db, (tx) => findTenantsById(tx, tenants)),
    ]);
    const emailOf = new Map(persons.map(({ id, email }) => [id, email]));
    const slugOf = new Map(slugs.map(({ id, slug }) => [id as string, slug]));
    const named = (
      field: CountedField,
      toValue: (value: string) => string = (value) => value,
    ): FacetValue[] =>
      of(field).map(({ value, count }) => ({
        value: toValue(value),
        name: emailOf.get(value) ?? toValue(value),
        count,
      }));
    return {
      fields: {
        action: named("action"),
        actor: named("actor"),
        tenant: named("tenant", (id) => (id === "" ? GLOBAL : (slugOf.get(id) ?? id))),
        outcome: named("outcome"),
      },
      countMax: isCounted(filter) && stretches.length > 0 ? null : COUNT_MAX,
    };
  },
});
