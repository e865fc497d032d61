"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchLive, type ReadFailed } from "#components/fetch-live.ts";
import { StaleView } from "#components/stale-view.tsx";
import type { Route } from "next";
import { cn } from "#components/ui/cn.ts";
import { holderOf, type KeyHolder } from "#components/key-holders.ts";
import { Section } from "#components/ui/section.tsx";
import { shortId } from "#components/ui/short-id.ts";
import { TextLink } from "#components/ui/text-link.tsx";
import { VersionStrip } from "#components/version-strip.tsx";
import { useRefreshOn } from "#components/use-refresh-on.ts";
import { VersionsTable } from "#components/versions-table.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { JobPanel } from "../../../../jobs/job-panel.tsx";
import { KeyActions } from "./key-actions.tsx";
import { KeyHeader } from "./key-header.tsx";
import type { KeyMay } from "./key-may.ts";
import { KeyNotices } from "#components/key-notices.tsx";
import { VersionActs } from "./version-acts.tsx";

const BUSY_MS = 1_000;
const IDLE_MS = 10_000;

type KeyLiveProps = {
  tenant: { slug: string; name: string };
  initial: KeyWatch;
  may: KeyMay;
  /** How long backups of the database are kept; null is unknown. */
  backupSeconds: number | null;
  holders: readonly KeyHolder[];
};

/** The versions that its rewrap takes DEKs from, as far as they still have any. */
const movedFrom = ({ key, job }: KeyWatch): number[] =>
  key.versions
    .filter(({ number, deks }) => deks > 0 && number < (job?.target_version ?? 0))
    .map((version) => version.number);

const isUnused = ({ versions }: KeyWatch["key"]): boolean =>
  versions.length === 1 && versions.every(({ deks, issued }) => deks === 0 && issued === 0);

/** A key while its page is open: versions, what each still protects, and its rewrap. */
export const KeyLive = ({ tenant, initial, may, backupSeconds, holders }: KeyLiveProps) => {
  const url = `/api/tenants/${tenant.slug}/keys/${initial.key.name}`;
  const client = useQueryClient();
  const queryKey = ["key", tenant.slug, initial.key.name];
  const { data, error } = useQuery<KeyWatch, ReadFailed>({
    queryKey,
    queryFn: () => fetchLive(url),
    initialData: initial,
    refetchInterval: ({ state }) => (state.data?.job && !hasEnded(state.data.job.status) ? BUSY_MS : IDLE_MS),
  });
  const { key, job, now } = data;
  const lookAgain = () => client.invalidateQueries({ queryKey });
  const openJob = job && !hasEnded(job.status) ? job : null;
  useRefreshOn(job && `${job.id} ${hasEnded(job.status)}`);
  const rows = key.versions.map(({ cmk, ...version }) => ({
    ...version,
    cmk: `${key.provider} v${shortId(cmk.version)}`,
  }));

  const page = `/t/${tenant.slug}/keys/${key.name}`;
  const mayChange = may.compromise || may.deactivate || may.retire || may.attest;
  const actionsOf = (number: number) => {
    const version = key.versions.find((one) => one.number === number);
    if (!version) return null;
    const acts = { tenant: tenant.slug, watch: data, version, backupSeconds, may, onChanged: lookAgain };
    return <VersionActs {...acts} look="menu" />;
  };

  return (
    <>
      <KeyHeader
        tenant={tenant}
        keyView={key}
        job={openJob}
        holder={holderOf(key, holders)}
        actions={
          <KeyActions tenant={tenant.slug} watch={data} may={may} holders={holders} onChanged={lookAgain} />
        }
      />
      {error ? (
        <div className="mt-6">
          <StaleView error={error} onRetry={lookAgain} />
        </div>
      ) : null}
      <KeyNotices watch={data} />
      <div className={cn("mt-6 grid gap-8", job && "desk:grid-cols-[minmax(0,1fr)_26rem]")}>
        <Section title="Versions">
          <VersionStrip
            keyName={key.name}
            versions={key.versions}
            movingTo={openJob?.target_version}
            size="page"
            tooltips
          />
          <div className="mt-3">
            <VersionsTable
              versions={rows}
              job={openJob}
              now={now}
              hrefOf={(number) => `${page}/versions/${number}` as Route}
              {...(mayChange && { actionsOf })}
            />
          </div>
          {isUnused(key) ? (
            <p className="mt-4 text-muted">
              Nothing is encrypted under it yet.{" "}
              <TextLink href={`/t/${tenant.slug}` as Route}>What comes next for {tenant.name}</TextLink>
            </p>
          ) : null}
        </Section>
        {job ? (
          <JobPanel
            job={{ ...job, from_versions: movedFrom(data) }}
            now={now}
            steer={may.rewrap}
            onChanged={lookAgain}
          />
        ) : null}
      </div>
    </>
  );
};
