"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { CUSTODY_WORDS, PROVIDER_NAMES } from "#components/connection-words.ts";
import { type Performed, perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { useToast } from "#components/ui/toast.tsx";
import { CONNECTION_PROVIDERS, type ConnectionProvider } from "#lib/domain/connection.ts";
import { newId } from "#lib/domain/ids.ts";
import { placeOf } from "../connection-place.ts";
import { problemsOf } from "./check-fields.ts";
import { PROVIDER_FORMS } from "../fields.ts";

type Problem = Extract<Performed<unknown>, { ok: false }>;

const PROVIDERS = CONNECTION_PROVIDERS.map((value) => ({ value, label: PROVIDER_NAMES[value] }));
const CUSTODIES = [
  { value: "customer", label: `In ${CUSTODY_WORDS.customer} account` },
  { value: "vendor", label: `In ${CUSTODY_WORDS.vendor} account` },
];

/** A field is judged when it is left, and again as it is mended. */
export const CreateConnectionForm = ({ tenant }: { tenant: string | null }) => {
  const { owner, page, act } = placeOf(tenant);
  const router = useRouter();
  const { toast } = useToast();
  const [provider, setProvider] = useState<ConnectionProvider>("aws");
  const [access, setAccess] = useState("role");
  const [values, setValues] = useState<Readonly<Record<string, string>>>({ custody: "customer" });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);

  const form = PROVIDER_FORMS[provider];
  const chosen = form.access.find(({ value }) => value === access);
  const fields = [...form.fields, ...(chosen?.fields ?? [])];
  const config = {
    provider,
    access,
    ...Object.fromEntries(fields.map(({ name }) => [name, values[name]?.trim() || undefined])),
  };
  const problems = problemsOf({ ...config, name: values.name ?? "" });
  const errorOf = (name: string) => (left.has(name) ? problems[name] : undefined) ?? problem?.fields[name];
  const set = (name: string, value: string) => setValues({ ...values, [name]: value });
  const leave = (name: string) => setLeft(new Set([...left, name]));
  const choose = (next: ConnectionProvider) => {
    setProvider(next);
    setAccess(PROVIDER_FORMS[next].access[0]?.value ?? "");
    setLeft(new Set());
    setProblem(null);
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    setLeft(new Set(["name", ...fields.map(({ name }) => name)]));
    if (Object.keys(problems).length > 0) return;
    setPending(true);
    const { name = "", custody } = values;
    const whose = tenant === null ? {} : { custody };
    const done = await perform(act.create({ ...owner, connectionId: newId(), name, ...whose, ...config }));
    if (done.ok) {
      toast({ title: `Made the connection ${name}`, description: "Set up its trust, then test it." });
      return router.push(`${page}/${name}` as Route);
    }
    setProblem(done);
    setPending(false);
  };

  const textField = (name: string, label: string, description?: string, optional = false) => (
    <Field
      key={`${provider} ${name}`}
      label={optional ? `${label} (optional)` : label}
      description={description}
      error={errorOf(name)}
    >
      <Input
        name={name}
        mono
        value={values[name] ?? ""}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => set(name, event.target.value)}
        onBlur={() => leave(name)}
      />
    </Field>
  );

  return (
    <form onSubmit={submit} noValidate className="mt-6 grid max-w-xl gap-5">
      <FormError>{problem ? sentenceOf(problem) : null}</FormError>
      <Field label="Provider">
        <Select
          options={PROVIDERS}
          value={provider}
          onChange={(event) => choose(event.target.value as ConnectionProvider)}
        />
      </Field>
      {textField("name", "Name", "How you call it here, such as aws-frankfurt.")}
      {tenant === null ? null : (
        <Field label="Whose account the key is in">
          <Select
            options={CUSTODIES}
            value={values.custody ?? "customer"}
            onChange={(event) => set("custody", event.target.value)}
          />
        </Field>
      )}
      {form.fields.map(({ name, label, description, optional }) =>
        textField(name, label, description, optional),
      )}
      <Field label="How Keyfold proves who it is">
        <Select
          options={form.access.map(({ value, label }) => ({ value, label }))}
          value={access}
          onChange={(event) => setAccess(event.target.value)}
        />
      </Field>
      {chosen?.fields.map(({ name, label, description, optional }) =>
        textField(name, label, description, optional),
      )}
      <p className="max-w-prose text-muted">
        Nothing is asked of the provider yet. On the next page stands what to set up there, and the test.
      </p>
      <div>
        <Button type="submit" variant="primary" pending={pending}>
          Make connection
        </Button>
      </div>
    </form>
  );
};
