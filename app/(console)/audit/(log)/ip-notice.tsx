import { Banner } from "#components/ui/banner.tsx";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";

/** A field that no event has finds nothing, and that is said. */
export const IpNotice = ({ query }: { query: string }) => {
  const parsed = parseQuery(query);
  if (!parsed.ok || parsed.query.fields.ip === undefined) return null;
  return (
    <div className="mt-3">
      <Banner title="Events carry no network address.">
        They hold ids and no personal data, so ip: finds nothing. A session’s events have the same actor and
        request.
      </Banner>
    </div>
  );
};
