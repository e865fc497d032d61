"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Copyable } from "#components/ui/copyable.tsx";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Input } from "#components/ui/input.tsx";
import { newId } from "#lib/domain/ids.ts";
import { TOKEN_DAYS_MAX } from "#lib/domain/operation.ts";
import { TOKEN_SCOPES, type TokenScope } from "#lib/domain/permissions.ts";
import { makeToken } from "#lib/domain/token.ts";
import { mintTokenAction } from "./actions.ts";

const SCOPE_WORDS: Record<TokenScope, string> = {
  "records:read": "Read records",
  "records:write": "Write and delete records",
  "records:export": "Export records as envelopes",
  "crypto:use": "Encrypt, decrypt and rewrap what the application stores itself",
  "crypto:admin": "Start and watch re-encryption",
};

/** A token is made in this browser and shown once: the console and the database only ever see its hash. */
export const MintTokenDialog = ({ tenant }: { tenant: string }) => {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="primary">Create token</Button>
      </DialogTrigger>
      <DialogContent
        title="Create a service token"
        description={`An application sends it to read and write the records of ${tenant}. It is made in this browser and shown once.`}
      >
        <MintForm tenant={tenant} />
      </DialogContent>
    </Dialog>
  );
};

const MintForm = ({ tenant }: { tenant: string }) => {
  const router = useRouter();
  const [token, setToken] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const scopes = data.getAll("scope") as TokenScope[];
    if (scopes.length === 0) return setError("Choose at least one thing it may do.");
    setPending(true);
    setError(null);
    const made = await makeToken();
    const input = {
      tenant,
      tokenId: newId(),
      prefix: made.prefix,
      hash: made.hash,
      scopes,
      days: Number(data.get("days")),
    };
    const done = await perform(mintTokenAction(input));
    setPending(false);
    if (!done.ok) return setError([sentenceOf(done), ...(done.fields.days ?? [])].join(" "));
    setToken(made.token);
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
      <fieldset className="grid gap-1">
        <legend className="mb-1 font-medium">It may</legend>
        {TOKEN_SCOPES.map((scope) => (
          <Checkbox
            key={scope}
            name="scope"
            value={scope}
            label={SCOPE_WORDS[scope]}
            defaultChecked={scope === "records:read" || scope === "records:write"}
          />
        ))}
      </fieldset>
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
