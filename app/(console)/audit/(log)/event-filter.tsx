"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useTransition } from "react";
import { Button } from "#components/ui/button.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { ACTIONS, OUTCOMES } from "#lib/domain/audit-catalogue.ts";
import type { FieldErrors } from "#lib/domain/errors.ts";
import { isTyping } from "#components/ui/is-typing.ts";

const GROUPS = [...new Set(Object.keys(ACTIONS).map((action) => `${action.split(".")[0]}.*`))];

const HOUR_MS = 3_600_000;
const RANGES = [
  { label: "1 h", name: "the last hour", ms: HOUR_MS },
  { label: "24 h", name: "the last 24 hours", ms: 24 * HOUR_MS },
  { label: "7 d", name: "the last 7 days", ms: 7 * 24 * HOUR_MS },
  { label: "30 d", name: "the last 30 days", ms: 30 * 24 * HOUR_MS },
] as const;

type EventFilterProps = {
  values: Record<string, string>;
  tenants: readonly { slug: string; name: string }[];
  errors: FieldErrors;
};

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** What a form holds, without what was left empty. */
const filled = (form: HTMLFormElement): Record<string, string> =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) =>
      typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [],
    ),
  );

/** The filters of the log. The URL is the state: what is shown can be sent to somebody. */
export const EventFilter = ({ values, tenants, errors }: EventFilterProps) => {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const [pending, startTransition] = useTransition();

  useEffect(() => {
    const focusFirst = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event.target) || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      first.current?.focus();
    };
    document.addEventListener("keydown", focusFirst);
    return () => document.removeEventListener("keydown", focusFirst);
  }, []);

  const search = (query: Record<string, string>) =>
    startTransition(() => router.push(`/audit?${new URLSearchParams(query)}` as Route));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    search(filled(event.currentTarget));
  };
  // An instant and not "the last hour", so that the link shows tomorrow what it shows today.
  const narrow = (ms: number) => {
    if (form.current === null) return;
    const { to: _, ...rest } = filled(form.current);
    search({ ...rest, from: ago(ms) });
  };

  return (
    <search aria-label="Audit log">
      <form ref={form} onSubmit={submit} className="mt-5 grid grid-cols-2 gap-x-3 gap-y-2.5 desk:grid-cols-4">
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
            <option key={action} value={action}>
              {action}
            </option>
          ))}
        </datalist>
        <Field label="Actor" error={errors.actor}>
          <Input
            name="actor"
            mono
            defaultValue={values.actor}
            placeholder="e-mail or id"
            autoComplete="off"
          />
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
            placeholder="2026-01-31T08:00:00Z"
            autoComplete="off"
          />
        </Field>
        <Field label="To, UTC" error={errors.to}>
          <Input name="to" mono defaultValue={values.to} placeholder="2026-02-01" autoComplete="off" />
        </Field>
        <div className="col-span-full mt-1 flex flex-wrap items-center gap-x-2 gap-y-2">
          <Button type="submit" variant="primary" pending={pending}>
            Search
          </Button>
          {Object.keys(values).length > 0 ? (
            <ButtonLink href="/audit" variant="quiet">
              Clear
            </ButtonLink>
          ) : null}
          <fieldset className="flex items-center gap-x-1 desk:ml-auto">
            <legend className="sr-only">Time range</legend>
            <span aria-hidden="true" className="text-muted">
              Last
            </span>
            {RANGES.map(({ label, name, ms }) => (
              <Button
                key={label}
                size="sm"
                variant="quiet"
                aria-label={`${label}, ${name}`}
                onClick={() => narrow(ms)}
              >
                {label}
              </Button>
            ))}
          </fieldset>
        </div>
      </form>
    </search>
  );
};
