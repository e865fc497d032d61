"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { type Performed, perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Input } from "#components/ui/input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import { createTenantAction } from "./actions.ts";
import { slugOf, slugProblems } from "#components/slug-of.ts";

type Problem = Extract<Performed<unknown>, { ok: false }>;

export const CreateTenantForm = () => {
  const router = useRouter();
  const { toast } = useToast();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const shownSlug = slug ?? slugOf(name);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setProblem(null);
    const done = await perform(createTenantAction({ name, slug: shownSlug }));
    if (done.ok) {
      toast({ title: `Created the tenant ${done.result.slug}` });
      return router.push(`/t/${done.result.slug}` as Route);
    }
    setProblem(done);
    setPending(false);
  };

  return (
    <form onSubmit={submit} noValidate className="mt-6 grid max-w-xl gap-5">
      <FormError>{problem ? sentenceOf(problem) : null}</FormError>
      <Field label="Name" description="As people know this customer." error={problem?.fields.name}>
        <Input
          name="name"
          value={name}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field
        label="Slug"
        description="Stands in addresses and API paths. It cannot be changed later and is never given to another tenant."
        error={slugProblems(shownSlug) ?? problem?.fields.slug}
      >
        <Input
          name="slug"
          mono
          value={shownSlug}
          maxLength={63}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setSlug(event.target.value)}
        />
      </Field>
      <div>
        <Button type="submit" variant="primary" pending={pending}>
          Create tenant
        </Button>
      </div>
    </form>
  );
};
