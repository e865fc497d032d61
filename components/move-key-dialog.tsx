"use client";

import type { Route } from "next";
import { type ReactNode, useState } from "react";
import type { ActionState } from "#lib/domain/action-state.ts";
import type { KeyView } from "#lib/domain/key-view.ts";
import { Impact } from "./impact.tsx";
import { holderLabel, holderName, holderOf, type KeyHolder, placeFor } from "./key-holders.ts";
import { moveImpact } from "./move-impact.ts";
import { type OperationState, perform, sentenceOf } from "./perform.ts";
import { ConfirmDialog } from "./ui/confirm-dialog.tsx";
import { Field } from "./ui/field.tsx";
import { plural } from "./ui/format.ts";
import { Select } from "./ui/select.tsx";
import { TextLink } from "./ui/text-link.tsx";
import { useToast } from "./ui/toast.tsx";

/** The value of the platform's CMK in the list: no connection has an empty id. */
const PLATFORM = "";
/** A long-lived key has many versions, and a KMS may answer slowly. */
const WAIT_MS = 120_000;

const PROGRESS: Readonly<Record<OperationState, string>> = {
  pending: "On record. It waits for a keeper.",
  running: "A keeper opens each version at the old place and wraps it at the new one.",
  done: "Done.",
  failed: "",
};

type MoveKeyDialogProps = {
  trigger: ReactNode;
  tenant: string;
  /** The keys that may be chosen; of one there is nothing to choose. */
  keys: readonly KeyView[];
  holders: readonly KeyHolder[];
  /** The connection that they are moved to; without one it is chosen. */
  to?: KeyHolder;
  move: (given: Record<string, unknown>) => Promise<ActionState<unknown>>;
  onChanged: () => unknown;
};

/** Where a key may go: every place that has passed a test, but the one where it is. */
const placesFor = (from: KeyHolder | null, holders: readonly KeyHolder[]) => [
  ...holders
    .filter(({ id, ready }) => ready && id !== from?.id)
    .map((holder) => ({ value: holder.id, label: holderLabel(holder) })),
  ...(from === null ? [] : [{ value: PLATFORM, label: "The platform’s CMK" }]),
];

/** Moves a key to another CMK: where to, what that does, and how it goes. */
export const MoveKeyDialog = ({
  trigger,
  tenant,
  keys,
  holders,
  to: fixed,
  move,
  onChanged,
}: MoveKeyDialogProps) => {
  const { toast } = useToast();
  const [keyName, setKeyName] = useState<string | null>(null);
  const [placeId, setPlaceId] = useState<string | null>(null);
  const [progress, setProgress] = useState<OperationState | null>(null);
  const key = keys.find(({ name }) => name === keyName) ?? keys[0];
  if (!key) return null;
  const from = holderOf(key, holders);
  const places = fixed ? [{ value: fixed.id, label: holderLabel(fixed) }] : placesFor(from, holders);
  const chosen = places.find(({ value }) => value === placeId) ?? places[0];
  const to = holders.find(({ id }) => id === chosen?.value) ?? null;
  const name = `${tenant}/${key.name}`;

  const submit = async () => {
    if (!chosen) return null;
    const place = { connection: null, ...(to && placeFor(to)) };
    setProgress("pending");
    const done = await perform(move({ tenant, key: key.name, ...place, expectedRev: key.rev }), {
      waitMs: WAIT_MS,
      onState: setProgress,
    });
    setProgress(null);
    await onChanged();
    if (!done.ok) {
      return done.stage === "failed"
        ? `${sentenceOf(done)} The key is still where it was.`
        : sentenceOf(done);
    }
    const { versions, kmsCalls } = done.outcome;
    toast({
      title: `${name} is under ${holderName(to)}`,
      description: `${plural(Number(versions), "version")} wrapped anew with ${plural(Number(kmsCalls), "request")} to the KMS. No record was touched.`,
    });
    return null;
  };

  return (
    <ConfirmDialog
      trigger={trigger}
      title={keys.length > 1 ? `Move a key to ${fixed?.name ?? "another CMK"}` : `Move ${name}`}
      description={
        chosen
          ? "Its versions are wrapped by another CMK. This is no rotation and no rewrap: records do not change."
          : "There is no other place for it: no connection of this tenant has passed a test."
      }
      confirmLabel="Move key"
      cancelLabel="Keep it where it is"
      blocked={chosen === undefined}
      onConfirm={submit}
    >
      {keys.length > 1 ? (
        <Field label="Key">
          <Select
            options={keys.map((one) => ({
              value: one.name,
              label: `${one.name}, under ${holderName(holderOf(one, holders))}`,
            }))}
            value={key.name}
            onChange={(event) => setKeyName(event.target.value)}
          />
        </Field>
      ) : null}
      {chosen && !fixed ? (
        <Field label="To">
          <Select
            options={places}
            value={chosen.value}
            onChange={(event) => setPlaceId(event.target.value)}
          />
        </Field>
      ) : null}
      {chosen ? (
        <Impact label="What happens" items={moveImpact(key, from, to)} />
      ) : (
        <TextLink href={`/t/${tenant}/connections/new` as Route}>Connect a KMS</TextLink>
      )}
      <output className="text-muted empty:hidden">{progress === null ? "" : PROGRESS[progress]}</output>
    </ConfirmDialog>
  );
};
