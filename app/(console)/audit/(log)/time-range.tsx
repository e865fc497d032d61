"use client";

import { type FormEvent, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import type { FieldErrors } from "#lib/domain/errors.ts";
import { useLogQuery } from "./use-log-query.tsx";

const HOUR_MS = 3_600_000;
const RANGES = [
  { label: "1 h", name: "the last hour", ms: HOUR_MS },
  { label: "24 h", name: "the last 24 hours", ms: 24 * HOUR_MS },
  { label: "7 d", name: "the last 7 days", ms: 7 * 24 * HOUR_MS },
  { label: "30 d", name: "the last 30 days", ms: 30 * 24 * HOUR_MS },
] as const;

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const given = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

/** Since when and until when: absolute instants, so that a link shows tomorrow what it shows today. */
export const TimeRange = ({ errors }: { errors: FieldErrors }) => {
  const { asked, ask } = useLogQuery();
  const isWrong = errors.from !== undefined || errors.to !== undefined;
  const [custom, setCustom] = useState(isWrong);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    ask({ from: given(form, "from"), to: given(form, "to") });
  };
  return (
    <div className="mt-3 grid gap-2">
      <fieldset className="flex flex-wrap items-center gap-1">
        <legend className="sr-only">Time range</legend>
        <span aria-hidden="true" className="mr-1 text-muted">
          Last
        </span>
        {RANGES.map(({ label, name, ms }) => (
          <Button
            key={label}
            size="sm"
            variant="quiet"
            aria-label={`${label}, ${name}`}
            onClick={() => ask({ from: ago(ms), to: "" })}
          >
            {label}
          </Button>
        ))}
        <Button size="sm" variant="quiet" aria-expanded={custom} onClick={() => setCustom(!custom)}>
          Custom
        </Button>
        {asked.from || asked.to ? (
          <Button size="sm" variant="quiet" onClick={() => ask({ from: "", to: "" })}>
            All time
          </Button>
        ) : null}
      </fieldset>
      {custom ? (
        <form
          key={`${asked.from} ${asked.to}`}
          onSubmit={submit}
          className="flex flex-wrap items-start gap-2"
        >
          <Field label="From, UTC" error={errors.from} className="w-72">
            <Input
              name="from"
              mono
              defaultValue={asked.from}
              placeholder="2026-01-31T08:00:00Z"
              autoComplete="off"
            />
          </Field>
          <Field label="To, UTC" error={errors.to} className="w-72">
            <Input name="to" mono defaultValue={asked.to} placeholder="2026-02-01" autoComplete="off" />
          </Field>
          <Button type="submit" className="mt-6.5">
            Apply
          </Button>
        </form>
      ) : null}
    </div>
  );
};
