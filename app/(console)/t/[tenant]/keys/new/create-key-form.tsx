"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { holderLabel, isShared, type KeyHolder, placeFor } from "#components/key-holders.ts";
import { type Performed, perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { useToast } from "#components/ui/toast.tsx";
import { createKeyAction } from "./actions.ts";

type Problem = Extract<Performed<unknown>, { ok: false }>;

type CreateKeyFormProps = {
  tenant: string;
  suggested: string;
  /** Those that have passed a test. */
  holders: readonly KeyHolder[];
};

const PLATFORM = "";
const valueOf = (holder: KeyHolder): string => (isShared(holder) ? holder.id : holder.name);

export const CreateKeyForm = ({ tenant, suggested, holders }: CreateKeyFormProps) => {
  const router = useRouter();
  const { toast } = useToast();
  const [name, setName] = useState(suggested);
  const [place, setPlace] = useState(PLATFORM);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);

  const holder = holders.find((one) => valueOf(one) === place) ?? null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setProblem(null);
    const done = await perform(createKeyAction({ tenant, name, ...(holder && placeFor(holder)) }));
    if (done.ok) {
      toast({ title: `Created the key ${done.result.name}`, description: "Version 1 is active." });
      return router.push(`/t/${tenant}/keys/${done.result.name}` as Route);
    }
    setProblem(done);
    setPending(false);
  };

  return (
    <form onSubmit={submit} noValidate className="mt-6 grid max-w-xl gap-5">
      <FormError>{problem ? sentenceOf(problem) : null}</FormError>
      <Field
        label="Name"
        description="The key’s purpose, such as default or documents. It is bound into every wrapped DEK and cannot be changed."
        error={problem?.fields.name}
      >
        <Input
          name="name"
          mono
          value={name}
          maxLength={63}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      {holders.length > 0 ? (
        <Field label="Held by" error={problem?.fields.connection}>
          <Select
            options={[
              { value: PLATFORM, label: "The platform’s CMK" },
              ...holders.map((one) => ({ value: valueOf(one), label: holderLabel(one) })),
            ]}
            value={place}
            onChange={(event) => setPlace(event.target.value)}
          />
        </Field>
      ) : null}
      <p className="max-w-prose text-muted">
        AES-256-GCM. Version 1 is made by a keeper and becomes active at once.{" "}
        {!isShared(holder)
          ? "It is wrapped by the CMK of the connection: whoever owns that can end all access to it."
          : "It is wrapped by a CMK of the platform, which is shared: after a deletion, backups of the database stay readable until they expire."}
      </p>
      <div>
        <Button type="submit" variant="primary" pending={pending}>
          Create key
        </Button>
      </div>
    </form>
  );
};
