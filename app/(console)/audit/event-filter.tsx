"use client";

import { useRouter } from "next/navigation";
import type { Route } from "next";
import { type FormEvent, useEffect, useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { FieldErrors } from "#lib/domain/errors.ts";
import { ACTIONS, OUTCOMES } from "#lib/domain/audit-catalogue.ts";

const GROUPS = [...new Set(Object.keys(ACTIONS).map((action) => `${action.split(".")[0]}.*`))];

type EventFilterProps = {
  values: Record<string, string>;
  tenants: readonly { slug: string; name: string }[];
  errors: FieldErrors;
};

/** The filters of the log. The URL is the state: what is shown can be sent to somebody. */
export const EventFilter = ({ values, tenants, errors }: EventFilterProps) => {
  const router = useRouter();
  const first = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const focusFirst = (event: globalThis.KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key !== "/" || typing || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      first.current?.focus();
    };
    document.addEventListener("keydown", focusFirst);
    return () => document.removeEventListener("keydown", focusFirst);
  }, []);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const filled = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [],
    );
    router.push(`/audit?${new URLSearchParams(filled)}` as Route);
  };

  return (
    <form onSubmit={submit} role="search" aria-label="Audit log" className="mt-6 grid gap-3 desk:grid-cols-4">
      <Field label="Action" error={errors.action}>
        <Input
          ref={first}
          name="action"
          mono
          defaultValue={values.action}
          list="audit-actions"
          placeholder="key.*"
          autoComplete="off"
        />
      </Field>
      <datalist id="audit-actions">
        {[...GROUPS, ...Object.keys(ACTIONS)].map((action) => (
          <option key={action} value={action} />
        ))}
      </datalist>
      <Field label="Actor" error={errors.actor}>
        <Input name="actor" mono defaultValue={values.actor} placeholder="e-mail or id" autoComplete="off" />
      </Field>
      <Field label="Outcome" error={errors.outcome}>
        <Select
          name="outcome"
          defaultValue={values.outcome ?? ""}
          options={[{ value: "", label: "Any" }, ...OUTCOMES.map((value) => ({ value, label: value }))]}
        />
      </Field>
      <Field label="Tenant" error={errors.tenant}>
        <Select
          name="tenant"
          defaultValue={values.tenant ?? ""}
          options={[
            { value: "", label: "All" },
            { value: "global", label: "The operator’s own" },
            ...tenants.map(({ slug, name }) => ({ value: slug, label: name })),
          ]}
        />
      </Field>
      <Field label="Target" error={errors.target}>
        <Input name="target" mono defaultValue={values.target} placeholder="id" autoComplete="off" />
      </Field>
      <Field label="Request" error={errors.request}>
        <Input name="request" mono defaultValue={values.request} placeholder="req_…" autoComplete="off" />
      </Field>
      <Field label="From, UTC" error={errors.from}>
        <Input
          name="from"
          mono
          defaultValue={values.from}
          placeholder="2026-01-31 or 2026-01-31T08:00:00Z"
          autoComplete="off"
        />
      </Field>
      <Field label="To, UTC" error={errors.to}>
        <Input name="to" mono defaultValue={values.to} placeholder="2026-02-01" autoComplete="off" />
      </Field>
      <div className="flex flex-wrap gap-2 desk:col-span-4">
        <Button type="submit" variant="primary">
          Search
        </Button>
        {Object.keys(values).length > 0 ? (
          <ButtonLink href="/audit" variant="quiet">
            Clear
          </ButtonLink>
        ) : null}
      </div>
    </form>
  );
};
