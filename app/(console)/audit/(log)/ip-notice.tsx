import { Banner } from "#components/ui/banner.tsx";
import { NO_ADDRESSES } from "#lib/domain/audit-query/query.ts";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";

/** A field that no event has fits none, and that is said. */
export const IpNotice = ({ query }: { query: string }) => {
  const parsed = parseQuery(query);
  if (!parsed.ok || parsed.query.fields.ip === undefined) return null;
  return (
    <div className="mt-3">
      <Banner title={NO_ADDRESSES}>
        An address says something of a person, and an event can never be changed. Look for the person with
        actor:, and for all that one request did with request:.
      </Banner>
    </div>
  );
};
