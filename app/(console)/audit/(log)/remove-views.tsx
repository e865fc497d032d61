"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogClose, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import type { SavedView } from "#lib/services/audit/list-views.ts";
import { removeViewAction } from "./actions.ts";

type RemoveViewsProps = { views: readonly SavedView[]; onDone: () => void };

/** One's own views, each with the way out. */
export const RemoveViews = ({ views, onDone }: RemoveViewsProps) => {
  const router = useRouter();
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const remove = async (id: string) => {
    setPending(id);
    const done = await perform(removeViewAction({ id }));
    setPending(null);
    setError(done.ok ? null : sentenceOf(done));
    if (!done.ok) return;
    router.refresh();
    if (views.length === 1) onDone();
  };
  return (
    <DialogContent title="Remove views" description="A shared view is gone for everybody.">
      <div className="grid gap-4">
        <FormError>{error}</FormError>
        <ul className="divide-y divide-line border-y border-line">
          {views.map(({ id, name, shared }) => (
            <li key={id} className="flex min-h-11 items-center gap-3">
              <span className="min-w-0 flex-1 truncate">{name}</span>
              {shared ? <span className="text-micro text-muted">shared</span> : null}
              <Button
                size="sm"
                aria-label={`Remove ${name}`}
                pending={pending === id}
                onClick={() => void remove(id)}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="quiet">Close</Button>
          </DialogClose>
        </DialogFooter>
      </div>
    </DialogContent>
  );
};
