"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog, DialogClose, DialogContent, DialogFooter, DialogTrigger } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { FormError } from "./form-error.tsx";
import { Input } from "./input.tsx";

type ConfirmDialogProps = {
  /** The button that opens it; without one, `open` says whether it is. */
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  description: ReactNode;
  /** Names the act: "Rotate key", never "OK". */
  confirmLabel: string;
  /** Names what staying means: "Keep key". */
  cancelLabel?: string;
  danger?: boolean;
  /** The text to type before the act is possible; pasting is allowed. */
  typeToConfirm?: string;
  /** Answers with a sentence to show, or with nothing to close. */
  onConfirm: () => Promise<string | null | undefined> | Promise<void>;
  /** The act is not possible now, and what is in the dialog says why. */
  blocked?: boolean;
  children?: ReactNode;
};

/** Asks before an act, says its outcome in place, and stays open when it failed. */
export const ConfirmDialog = ({
  trigger,
  open: controlled,
  onOpenChange,
  title,
  description,
  ...rest
}: ConfirmDialogProps) => {
  const [uncontrolled, setUncontrolled] = useState(false);
  const open = controlled ?? uncontrolled;
  const setOpen = onOpenChange ?? setUncontrolled;
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      {trigger ? <DialogTrigger asChild>{trigger}</DialogTrigger> : null}
      <DialogContent title={title} description={description}>
        <ConfirmForm {...rest} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
};

type ConfirmFormProps = Omit<
  ConfirmDialogProps,
  "trigger" | "open" | "onOpenChange" | "title" | "description"
> & {
  onDone: () => void;
};

// Its own component, so that closing the dialog forgets what was typed and what went wrong.
const ConfirmForm = ({
  confirmLabel,
  cancelLabel = "Cancel",
  danger = false,
  typeToConfirm,
  onConfirm,
  blocked = false,
  onDone,
  children,
}: ConfirmFormProps) => {
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const matches = typeToConfirm === undefined || typed.trim() === typeToConfirm;
    setMismatch(!matches);
    if (!matches) return;
    setPending(true);
    setError(null);
    try {
      const problem = await onConfirm();
      if (problem) setError(problem);
      else onDone();
    } catch {
      setError("Keyfold did not answer. Look whether it was done before you try again.");
    } finally {
      setPending(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError>{error}</FormError>
      {children}
      {typeToConfirm === undefined || blocked ? null : (
        <Field
          label={
            <>
              Type <span className="font-mono">{typeToConfirm}</span> to confirm
            </>
          }
          error={mismatch ? "This does not match." : null}
        >
          <Input
            mono
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
      )}
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="quiet">{cancelLabel}</Button>
        </DialogClose>
        {blocked ? null : (
          <Button type="submit" variant={danger ? "danger" : "primary"} pending={pending}>
            {confirmLabel}
          </Button>
        )}
      </DialogFooter>
    </form>
  );
};
