"use client";

import { useRouter } from "next/navigation";
import { parseAsBoolean, useQueryState } from "nuqs";
import { type FormEvent, useState } from "react";
import type { ActionState } from "#lib/domain/action-state.ts";
import type { FieldErrors } from "#lib/domain/errors.ts";
import { newId } from "#lib/domain/ids.ts";
import { TOKEN_DAYS_MAX } from "#lib/domain/operation.ts";
import type { AnyTokenScope } from "#lib/domain/permissions.ts";
import { makeToken, rateWords, TOKEN_RATE_MAX, type TokenKind } from "#lib/domain/token.ts";
import { requestsFor, withToken } from "./first-requests.ts";
import { perform, sentenceOf } from "./perform.ts";
import { TokenScopes } from "./token-scopes.tsx";
import { Button } from "./ui/button.tsx";
import { CodeSample } from "./ui/code-sample.tsx";
import { Copyable } from "./ui/copyable.tsx";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "./ui/dialog.tsx";
import { Field } from "./ui/field.tsx";
import { FormError } from "./ui/form-error.tsx";
import { Input } from "./ui/input.tsx";

/** A server action about a token. */
export type TokenAct = (input: Record<string, unknown>) => Promise<ActionState<unknown>>;

type MintFormProps = {
  kind: TokenKind;
  /** Whose it will be; empty for the operator's own. */
  owner: { tenant?: string };
  /** What it can be allowed. */
  scopes: readonly AnyTokenScope[];
  mint: TokenAct;
  /** Where applications reach the keepers, for an example. */
  api: string;
};

type MintTokenDialogProps = MintFormProps & { open: string; title: string; description: string };

/** In the address, so that a link can open the dialog. */
const CREATE_PARAM = "create";
const OPEN = parseAsBoolean.withDefault(false);

/** A token is made in this browser and shown once: the console and the database only ever see its hash. */
export const MintTokenDialog = ({ open: label, title, description, ...form }: MintTokenDialogProps) => {
  const [open, setOpen] = useQueryState(CREATE_PARAM, OPEN);
  return (
    <Dialog open={open} onOpenChange={(opens) => void setOpen(opens)}>
      <DialogTrigger asChild>
        <Button variant="primary">{label}</Button>
      </DialogTrigger>
      <DialogContent title={title} description={`${description} It is made in this browser and shown once.`}>
        <MintForm {...form} />
      </DialogContent>
    </Dialog>
  );
};

const MintForm = ({ kind, owner, scopes: offered, mint, api }: MintFormProps) => {
  const router = useRouter();
  const [made, setMade] = useState<MadeTokenProps | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [fields, setFields] = useState<FieldErrors>({});
  const [pending, setPending] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const scopes = offered.filter((scope) => data.getAll("scope").includes(scope));
    if (scopes.length === 0) return setError("Choose at least one thing it may do.");
    setPending(true);
    setError(null);
    setFields({});
    const { token, prefix, hash } = await makeToken(kind);
    const days = Number(data.get("days"));
    const limit = String(data.get("rateLimit")).trim();
    const rateLimit = limit === "" ? undefined : Number(limit);
    const input = { ...owner, tokenId: newId(), prefix, hash, scopes, days, rateLimit };
    const done = await perform(mint(input));
    setPending(false);
    if (!done.ok) {
      setFields(done.fields);
      return setError(sentenceOf(done));
    }
    setMade({ token, rateLimit, requests: requestsFor(scopes, { url: api, tenant: owner.tenant }) });
    router.refresh();
  };

  if (made) return <MadeToken {...made} />;
  return (
    <form onSubmit={submit} noValidate className="grid grid-cols-1 gap-4">
      <FormError>{error}</FormError>
      <TokenScopes kind={kind} offered={offered} />
      <Bounds fields={fields} />
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

/** How long it counts and how much it may send, with what was wrong about either. */
const Bounds = ({ fields }: { fields: FieldErrors }) => (
  <>
    <Field label="Days until it expires" description={`At most ${TOKEN_DAYS_MAX}.`} error={fields.days}>
      <Input name="days" mono type="number" min={1} max={TOKEN_DAYS_MAX} defaultValue={TOKEN_DAYS_MAX} />
    </Field>
    <Field
      label="At most, requests per second"
      description={`Leave it empty for no limit. Up to ${TOKEN_RATE_MAX.toLocaleString("en")}, counted by each keeper for itself; it cannot be changed later.`}
      error={fields.rateLimit}
    >
      <Input name="rateLimit" mono inputMode="numeric" autoComplete="off" />
    </Field>
  </>
);

type MadeTokenProps = { token: string; rateLimit: number | undefined; requests: string };

const MadeToken = ({ token, rateLimit, requests }: MadeTokenProps) => (
  <div className="grid grid-cols-1 gap-4">
    <p>Copy it now. It cannot be shown again.</p>
    <p className="rounded border border-line-strong bg-sunken p-3 break-all">
      <Copyable value={token} label="token" />
    </p>
    {rateLimit === undefined ? null : <p>It may send at most {rateWords(rateLimit)} to each keeper.</p>}
    <p className="text-muted">Or take it along in a request to try it with:</p>
    <CodeSample label="Requests with the token, for a shell" code={withToken(token, requests)} />
    <DialogFooter>
      <DialogClose asChild>
        <Button variant="primary">I have copied it</Button>
      </DialogClose>
    </DialogFooter>
  </div>
);
