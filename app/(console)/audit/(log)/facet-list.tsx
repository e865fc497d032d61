import { ErrorState } from "#components/ui/error-state.tsx";
import type { EventFacets } from "#lib/services/audit/count-by-field.ts";
import type { ReadResult } from "#lib/web/gate.ts";
import { Facets } from "./facets.tsx";

export const FacetList = async ({ facets }: { facets: Promise<ReadResult<EventFacets>> }) => {
  const read = await facets;
  return read.ok ? (
    <Facets facets={read.value} />
  ) : (
    <ErrorState title="The values could not be counted" {...read} />
  );
};
