"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { DialogClose, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Input } from "#components/ui/input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { FieldErrors } from "#lib/domain/errors.ts";
import { saveViewAction } from "./actions.ts";

type SaveViewProps = { asked: { q: string; from: string; to: string }; onDone: () => void };

/** Gives what is asked now a name. */
export const SaveView = ({ asked: { q: query, from, to }, onDone }: SaveViewProps) => {
  const router = useRouter();
  const { toast } = useToast();
  const [error, setError] = useState<string | null>(null);
  const [fields, setFields] = useState<FieldErrors>({});
  const [pending, setPending] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name") ?? "");
    setPending(true);
    const done = await perform(saveViewAction({ name, shared: form.has("shared"), query, from, to }));
    setPending(false);
    if (!done.ok) {
      setFields(done.fields);
      setError(done.fields.name ? null : sentenceOf(done));
      return;
    }
    toast({ title: "Saved the view", description: name, tone: "success" });
    router.refresh();
    onDone();
  };
  return (
    <DialogContent title="Save this view" description="A view is this query and its time under a name.">
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError>{error}</FormError>
        <Field label="Name" error={fields.name}>
          <Input name="name" autoComplete="off" placeholder="Denied this week" />
        </Field>
        <Checkbox name="shared" label="Everybody who may read the log sees it" />
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="quiet">Cancel</Button>
          </DialogClose>
          <Button type="submit" variant="primary" pending={pending}>
            Save view
          </Button>
        </DialogFooter>
      </form>
    </DialogContent>
  );
};
