import type { Metadata } from "next";
import { Suspense } from "react";
import { eventsOfKey } from "#components/audit-href.ts";
import { SkeletonText } from "#components/ui/skeleton.tsx";
import { may } from "#lib/domain/permissions.ts";
import { backupRetention } from "#lib/services/keeper/backup-retention.ts";
import { watchKey } from "#lib/services/keys/watch-key.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { EventsPanel } from "../../events-panel.tsx";
import { readHolders } from "../../read-holders.ts";
import { KeyLive } from "./key-live.tsx";
import { keyMay } from "./key-may.ts";

type KeyPageProps = { params: Promise<{ tenant: string; key: string }> };

export const generateMetadata = async ({ params }: KeyPageProps): Promise<Metadata> => {
  const { tenant, key } = await params;
  return { title: `${tenant}/${key}` };
};

const KeyPage = async ({ params }: KeyPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [{ slug, name }, watch, { backupSeconds }, holders] = await Promise.all([
    read(getTenant, input),
    read(watchKey, input),
    read(backupRetention),
    readHolders(account.role, input),
  ]);
  return (
    <>
      <KeyLive
        key={watch.key.id}
        tenant={{ slug, name }}
        initial={watch}
        may={keyMay(account.role)}
        backupSeconds={backupSeconds}
        holders={holders}
      />
      {may(account.role, "audit:read") ? (
        <div className="mt-8">
          <Suspense fallback={<SkeletonText lines={6} />}>
            <EventsPanel slug={slug} query={eventsOfKey(watch.key)} all="All events of this key" />
          </Suspense>
        </div>
      ) : null}
    </>
  );
};

export default KeyPage;
