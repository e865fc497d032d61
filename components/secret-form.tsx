"use client";

import { type FormEvent, useState } from "react";
import type { ActionState } from "#lib/domain/action-state.ts";
import { SECRET_NAMES } from "./connection-words.ts";
import { fetchLive, ReadFailed } from "./fetch-live.ts";
import { perform, sentenceOf } from "./perform.ts";
import { Button } from "./ui/button.tsx";
import { Field } from "./ui/field.tsx";
import { FormError } from "./ui/form-error.tsx";
import { Input } from "./ui/input.tsx";
import { Textarea } from "./ui/textarea.tsx";
import { useToast } from "./ui/toast.tsx";

type SecretFormProps = {
  /** Whose connection it is, and where its keepers' key is read. */
  place: { owner: { tenant?: string }; api: string };
  connection: { name: string; secretField: string; secretRevision: number };
  setSecret: (given: Record<string, unknown>) => Promise<ActionState<unknown>>;
  onChanged: () => unknown;
};

type SealingPlace = {
  publicKey: string;
  place: { tenant: string; connection: string; field: string; revision: number };
};

/** Seals the secret here, in the browser: what leaves it only a keeper can open. */
const seal = async (url: string, secret: string): Promise<{ revision: number; sealed: string }> => {
  const { publicKey, place } = await fetchLive<SealingPlace>(url);
  const { sealSecret } = await import("#lib/sealed/sealed-secret.ts");
  const { fromBase64Url } = await import("#lib/sealed/bytes.ts");
  return { revision: place.revision, sealed: await sealSecret(fromBase64Url(publicKey), place, secret) };
};

type Problem = { message: string; code?: string; requestId?: string | undefined };

const toProblem = (error: unknown): Problem => {
  if (!(error instanceof ReadFailed)) {
    return {
      message:
        "This browser could not seal it, and nothing was sent. Reload the page; it has to be opened over https or on localhost.",
    };
  }
  const { code, requestId } = error;
  return {
    message: "The keepers’ key for secrets could not be read. Try again in a moment.",
    code,
    requestId,
  };
};

/** Sets or replaces a connection's secret, which nobody can read again. */
export const SecretForm = ({ place, connection, setSecret, onChanged }: SecretFormProps) => {
  const { toast } = useToast();
  const [secret, setTyped] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const { name, secretField, secretRevision } = connection;
  const label = SECRET_NAMES[secretField] ?? "Secret";

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (secret.trim() === "") return setProblem({ message: `${label} is needed.` });
    setPending(true);
    setProblem(null);
    const sealed = await seal(`${place.api}/${name}/sealing`, secret.trim()).catch(toProblem);
    if ("sealed" in sealed) {
      const done = await perform(setSecret({ ...place.owner, connection: name, ...sealed }));
      if (done.ok) {
        setTyped("");
        toast({ title: `Set the secret of ${name}` });
        await onChanged();
      } else setProblem({ message: sentenceOf(done) });
    } else setProblem(sealed);
    setPending(false);
  };

  const typed = {
    mono: true,
    value: secret,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => setTyped(event.target.value),
  };
  return (
    <form onSubmit={submit} noValidate className="grid max-w-xl gap-3">
      <FormError code={problem?.code} requestId={problem?.requestId}>
        {problem?.message}
      </FormError>
      <Field
        label={secretRevision === 0 ? label : `New ${label.toLowerCase()}`}
        description="Sealed in your browser to the keepers. It can be replaced, and never read."
      >
        {secretField === "privateKeyPem" ? (
          <Textarea {...typed} rows={5} />
        ) : (
          <Input {...typed} type="password" />
        )}
      </Field>
      <div>
        <Button type="submit" pending={pending}>
          {secretRevision === 0 ? "Set secret" : "Replace secret"}
        </Button>
      </div>
    </form>
  );
};
