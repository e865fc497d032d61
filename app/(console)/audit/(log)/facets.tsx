"use client";

import type { MouseEvent } from "react";
import { cn } from "#components/ui/cn.ts";
import { formatCount } from "#components/ui/format.ts";
import { sideOf, toggleValue } from "#lib/domain/audit-query/edit.ts";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";
import { printQuery } from "#lib/domain/audit-query/print.ts";
import { EMPTY_QUERY } from "#lib/domain/audit-query/query.ts";
import type { EventFacets, FacetValue } from "#lib/services/audit/count-by-field.ts";
import { useLogQuery } from "./use-log-query.tsx";

const FACETS = [
  { field: "action", title: "Action" },
  { field: "outcome", title: "Outcome" },
  { field: "tenant", title: "Tenant" },
  { field: "actor", title: "Actor" },
] as const;
type FacetField = (typeof FACETS)[number]["field"];

const SIGNS = { any: "✓", none: "−" } as const;
const STATES = { any: ", asked for", none: ", excluded" } as const;

/** The values that most events of the query have. A click adds one to the query or takes it out; with Alt it is excluded. */
export const Facets = ({ facets: { fields, countMax } }: { facets: EventFacets }) => {
  const { asked, ask } = useLogQuery();
  const parsed = parseQuery(asked.q);
  const query = parsed.ok ? parsed.query : EMPTY_QUERY;
  const countOf = (count: number): string =>
    countMax !== null && count >= countMax ? `${formatCount(countMax)}+` : formatCount(count);

  const valueButton = (field: FacetField, { value, name, count }: FacetValue) => {
    // A person stands in a query by address or by id.
    const written = sideOf(query, field, name) ? name : value;
    const side = sideOf(query, field, written);
    const toggle = (event: MouseEvent) =>
      ask({
        q: printQuery(
          toggleValue(query, field, side ? written : name, event.altKey ? "none" : (side ?? "any")),
        ),
      });
    return (
      <li key={value}>
        <button
          type="button"
          aria-pressed={side !== null}
          aria-label={`${name}, ${countOf(count)}${side ? STATES[side] : ""}`}
          title={`${name}. Alt-click excludes.`}
          onClick={toggle}
          className="flex min-h-6.5 w-full items-center gap-2 rounded text-left hover:bg-sunken"
        >
          <span
            aria-hidden="true"
            className={cn(
              "grid size-4 shrink-0 place-items-center rounded border text-micro leading-none",
              side === "any" && "border-accent bg-accent text-accent-ink",
              side === "none" && "border-danger text-danger",
              side === null && "border-line-field bg-surface",
            )}
          >
            {side ? SIGNS[side] : null}
          </span>
          <span
            className={cn("min-w-0 flex-1 truncate font-mono text-xs", side === "none" && "line-through")}
          >
            {name}
          </span>{" "}
          <span className="font-mono text-xs text-muted tabular-nums">{countOf(count)}</span>
        </button>
      </li>
    );
  };

  return (
    <div className="grid gap-5 max-desk:grid-cols-2">
      {FACETS.map(({ field, title }) =>
        fields[field].length > 0 ? (
          <section key={field} aria-label={title} className="min-w-0">
            <h2 className="pb-1 text-micro text-muted">{title}</h2>
            <ul>{fields[field].map((value) => valueButton(field, value))}</ul>
          </section>
        ) : null,
      )}
      {countMax !== null ? (
        <p className="col-span-full text-micro text-muted">
          Counted in the newest {formatCount(countMax)} events.
        </p>
      ) : null}
    </div>
  );
};
