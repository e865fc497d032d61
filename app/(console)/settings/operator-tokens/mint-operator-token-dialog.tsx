"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Input } from "#components/ui/input.tsx";
import { newId } from "#lib/domain/ids.ts";
import { TOKEN_DAYS_MAX } from "#lib/domain/operation.ts";
import { OPERATOR_TOKEN_SCOPES } from "#lib/domain/permissions.ts";
import { makeToken } from "#lib/domain/token.ts";
import { mintOperatorTokenAction } from "./actions.ts";

/** A token is made in this browser and shown once: the console and the database only ever see its hash. */
export const MintOperatorTokenDialog = () => {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="primary">Create operator token</Button>
      </DialogTrigger>
      <DialogContent
        title="Create an operator token"
        description="It starts and watches re-encryption over every tenant, and opens nobody's data. It is made in this browser and shown once."
      >
        <MintForm />
      </DialogContent>
    </Dialog>
  );
};

const MintForm = () => {
  const router = useRouter();
  const [token, setToken] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const days = Number(new FormData(event.currentTarget).get("days"));
    setPending(true);
    setError(null);
    const { token: made, prefix, hash } = await makeToken("oper");
    const input = { tokenId: newId(), prefix, hash, scopes: [...OPERATOR_TOKEN_SCOPES], days };
    const done = await perform(mintOperatorTokenAction(input));
    setPending(false);
    if (!done.ok) return setError([sentenceOf(done), ...(done.fields.days ?? [])].join(" "));
    setToken(made);
    router.refresh();
  };

  if (token) {
    return (
      <div className="grid gap-4">
        <p>Copy it now. It cannot be shown again.</p>
        <p className="rounded border border-line-strong bg-sunken p-3 break-all">
          <Copyable value={token} label="token" />
        </p>
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="primary">I have copied it</Button>
          </DialogClose>
        </DialogFooter>
      </div>
    );
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError>{error}</FormError>
      <Field label="Days until it expires" description={`At most ${TOKEN_DAYS_MAX}.`}>
        <Input name="days" mono type="number" min={1} max={TOKEN_DAYS_MAX} defaultValue={TOKEN_DAYS_MAX} />
      </Field>
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="quiet">Cancel</Button>
        </DialogClose>
        <Button type="submit" variant="primary" pending={pending}>
          Create token
        </Button>
      </DialogFooter>
    </form>
  );
};
