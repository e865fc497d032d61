import type { Metadata, Route } from "next";
import { AutoRefresh } from "#components/auto-refresh.tsx";
import { VersionState } from "#components/key-state.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import { may } from "#lib/domain/permissions.ts";
import { actorNames } from "#lib/services/audit/actor-names.ts";
import { backupRetention } from "#lib/services/keeper/backup-retention.ts";
import { getVersion } from "#lib/services/keys/get-version.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { keyMay } from "../../key-may.ts";
import { Provenance } from "./provenance.tsx";
import { Remaining } from "./remaining.tsx";
import { Transitions } from "./transitions.tsx";
import { VersionPageActs } from "./version-page-acts.tsx";

type VersionPageProps = { params: Promise<{ tenant: string; key: string; v: string }> };

export const generateMetadata = async ({ params }: VersionPageProps): Promise<Metadata> => {
  const { tenant, key, v } = await params;
  return { title: `${tenant}/${key} v${v}` };
};

const VersionPage = async ({ params }: VersionPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [tenant, { watch, version, transitions, attestations }, { backupSeconds }] = await Promise.all([
    read(getTenant, input),
    read(getVersion, input),
    read(backupRetention),
  ]);
  const actors = [...transitions, ...attestations].map(({ actor }) => actor);
  const ids = actors.filter(({ type }) => type === "person").map(({ id }) => id);
  const names = may(account.role, "platform-audit:read") ? await read(actorNames, { ids }) : {};
  const { key, job, now } = watch;
  const mover = job && !hasEnded(job.status) && job.target_version > version.number ? job : null;
  const page = `/t/${tenant.slug}/keys/${key.name}`;
  return (
    <>
      {mover ? <AutoRefresh /> : null}
      <PageHeader
        title={`${tenant.slug}/${key.name} v${version.number}`}
        mono
        crumbs={[
          { href: "/tenants", label: "Tenants" },
          { href: `/t/${tenant.slug}/keys` as Route, label: tenant.name },
          { href: page as Route, label: key.name },
        ]}
        meta={
          <>
            <VersionState state={version.state} job={version.deks > 0 ? mover : null} />
            {version.current ? <Badge tone="active">current</Badge> : null}
            <Copyable value={`${key.id}/${version.number}`} label="version id" short />
            <TextLink href={`/audit?target=${key.id}/${version.number}` as Route}>
              Events of this version
            </TextLink>
          </>
        }
        actions={
          <VersionPageActs
            tenant={tenant.slug}
            watch={watch}
            version={version}
            backupSeconds={backupSeconds}
            may={keyMay(account.role)}
          />
        }
      />
      <div className="mt-6 grid gap-8 desk:grid-cols-2">
        <Section title="What is left on it">
          <Remaining
            tenant={tenant.slug}
            watch={watch}
            version={version}
            backupSeconds={backupSeconds}
            keyPage={page}
            may={{ move: may(account.role, "rewrap:run"), attest: may(account.role, "key:attest") }}
          />
        </Section>
        <Section title="Where it comes from">
          <Provenance version={version} keyView={key} attestations={attestations} names={names} />
        </Section>
        <Section title="Its states">
          <Transitions transitions={transitions} names={names} now={now} />
        </Section>
      </div>
    </>
  );
};

export default VersionPage;
