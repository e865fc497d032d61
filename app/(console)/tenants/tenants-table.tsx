import type { Route } from "next";
import Link from "next/link";
import { CmkHealthMark } from "#components/key-state.tsx";
import { StateStrip } from "#components/state-strip.tsx";
import { StripLegend } from "#components/strip-legend.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { formatCount } from "#components/ui/format.ts";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, TBody, Td, THead, Th, Tr } from "#components/ui/table.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { searchTenants } from "#lib/services/tenants/search-tenants.ts";
import { type TenantQuery, tenantsHref } from "./tenant-query.ts";

type Line = Awaited<ReturnType<typeof searchTenants>>["tenants"][number];

type SortThProps = { by: string; query: TenantQuery; first?: "asc" | "desc"; children: string };

/** The head of a column that can be sorted by: first one way, then the other. */
const SortTh = ({ by, query, first = "asc", children }: SortThProps) => {
  const order = query.order ?? "name";
  const sort = order === by ? "asc" : order === `-${by}` ? "desc" : null;
  const next = sort === null ? first : sort === "asc" ? "desc" : "asc";
  return (
    <Th sort={sort}>
      <Link
        href={tenantsHref({ ...query, cursor: undefined, order: next === "asc" ? by : `-${by}` })}
        className="inline-block min-h-6 pt-2 hover:text-ink hover:underline"
      >
        {children}
      </Link>
    </Th>
  );
};

const Oldest = ({ oldest }: Pick<Line, "oldest">) =>
  oldest === null ? (
    <span className="text-faint">–</span>
  ) : (
    <>
      {oldest.key} v{oldest.version}
    </>
  );

/** Tenants, one a row, with what stands under which state of their keys. */
export const TenantsTable = ({
  tenants,
  query,
  now,
}: {
  tenants: readonly Line[];
  query: TenantQuery;
  now: string;
}) => (
  <>
    <Table label="Tenants" stacks className="sm:min-w-208">
      <THead>
        <SortTh by="name" query={query}>
          Tenant
        </SortTh>
        <Th>Slug</Th>
        <Th numeric>Keys</Th>
        <Th className="w-1/4">Keys by state</Th>
        <Th>Oldest version in use</Th>
        <Th>CMK</Th>
        <SortTh by="activity" query={query} first="desc">
          Last event
        </SortTh>
        <SortTh by="created" query={query} first="desc">
          Created
        </SortTh>
      </THead>
      <TBody>
        {tenants.map((tenant) => (
          <Tr key={tenant.id}>
            <Td className="max-w-64 truncate">
              <TextLink href={`/t/${tenant.slug}` as Route}>{tenant.name}</TextLink>
            </Td>
            <Td mono muted className="max-w-48 truncate">
              {tenant.slug}
            </Td>
            <Td numeric label="Keys">
              {formatCount(tenant.keys)}
            </Td>
            <Td className="max-sm:basis-full">
              <StateStrip tenant={tenant.name} states={tenant.states} />
            </Td>
            <Td mono muted label="Oldest in use" className="whitespace-nowrap">
              <Oldest oldest={tenant.oldest} />
            </Td>
            <Td label="CMK">
              {tenant.health ? <CmkHealthMark health={tenant.health} /> : <Badge>none</Badge>}
            </Td>
            <Td muted label="Last event" className="whitespace-nowrap" title={tenant.lastEvent?.action}>
              {tenant.lastEvent ? <RelativeTime at={tenant.lastEvent.at} now={now} /> : "–"}
            </Td>
            <Td muted label="Created">
              <RelativeTime at={tenant.createdAt} now={now} />
            </Td>
          </Tr>
        ))}
      </TBody>
    </Table>
    <StripLegend slices={tenants.flatMap(({ states }) => states)} />
  </>
);
