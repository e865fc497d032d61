import type { Metadata, Route } from "next";
import { KeyStatusMark } from "#components/key-state.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { may } from "#lib/domain/permissions.ts";
import { watchKey } from "#lib/services/keys/watch-key.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { KeyLive } from "./key-live.tsx";

type KeyPageProps = { params: Promise<{ tenant: string; key: string }> };

export const generateMetadata = async ({ params }: KeyPageProps): Promise<Metadata> => {
  const { tenant, key } = await params;
  return { title: `${tenant}/${key}` };
};

const KeyPage = async ({ params }: KeyPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [tenant, watch] = await Promise.all([read(getTenant, input), read(watchKey, input)]);
  const { key } = watch;
  return (
    <>
      <PageHeader
        title={`${tenant.slug}/${key.name}`}
        mono
        crumbs={[
          { href: "/tenants", label: "Tenants" },
          { href: `/t/${tenant.slug}/keys` as Route, label: tenant.name },
        ]}
        meta={
          <>
            <KeyStatusMark status={key.status} />
            <Copyable value={key.id} label="key id" short={13} />
            <span>AES-256-GCM</span>
            <span>{key.custody} CMK</span>
            <span>held in {key.provider}</span>
            <TextLink href={`/audit?target=${key.id}` as Route}>Events</TextLink>
          </>
        }
      />
      <KeyLive
        key={key.id}
        tenant={tenant.slug}
        initial={watch}
        may={{ rotate: may(account.role, "key:rotate"), rewrap: may(account.role, "rewrap:run") }}
      />
    </>
  );
};

export default KeyPage;
