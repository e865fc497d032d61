"use client";

import type { Route } from "next";
import type { ReactNode } from "react";
import { auditHref, eventsOfKey } from "#components/audit-href.ts";
import { PROVIDER_NAMES } from "#components/connection-words.ts";
import { isShared, type KeyHolder } from "#components/key-holders.ts";
import type { JobStanding } from "#components/job-words.ts";
import { KeyStatusMark } from "#components/key-state.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { KeyView } from "#lib/domain/key-view.ts";

type KeyHeaderProps = {
  tenant: { slug: string; name: string };
  keyView: KeyView;
  /** Its job that has not ended. */
  job: JobStanding | null;
  /** The connection whose CMK wraps it; null for the platform's. */
  holder: KeyHolder | null;
  actions: ReactNode;
};

/** The heading of a key's page: which key, how it is, and what may be done with it. */
export const KeyHeader = ({ tenant, keyView, job, holder, actions }: KeyHeaderProps) => (
  <PageHeader
    title={`${tenant.slug}/${keyView.name}`}
    mono
    crumbs={[
      { href: "/tenants", label: "Tenants" },
      { href: `/t/${tenant.slug}/keys` as Route, label: tenant.name },
    ]}
    meta={
      <>
        <KeyStatusMark status={keyView.status} job={job} />
        <Copyable value={keyView.id} label="key id" short />
        <span>AES-256-GCM</span>
        <span>
          {holder ? (
            <>
              {keyView.custody} CMK in {PROVIDER_NAMES[holder.provider]}, connection{" "}
              <TextLink
                mono
                href={
                  `${isShared(holder) ? "/settings" : `/t/${tenant.slug}`}/connections/${holder.name}` as Route
                }
              >
                {holder.name}
              </TextLink>
            </>
          ) : (
            `${keyView.custody} CMK in ${keyView.provider} KMS`
          )}
        </span>
        <TextLink href={auditHref({ q: eventsOfKey(keyView) })}>Events of this key</TextLink>
      </>
    }
    actions={actions}
  />
);
