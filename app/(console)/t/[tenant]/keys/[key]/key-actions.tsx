"use client";

import type { KeyHolder } from "#components/key-holders.ts";
import { MoveKeyDialog } from "#components/move-key-dialog.tsx";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { useToast } from "#components/ui/toast.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { StartJobDialog } from "../../../../jobs/start-job-dialog.tsx";
import { moveKeyAction, rotateKeyAction } from "./actions.ts";
import type { KeyMay } from "./key-may.ts";
import { SuspendKey } from "./suspend-key.tsx";

type KeyActionsProps = {
  tenant: string;
  watch: KeyWatch;
  may: KeyMay;
  holders: readonly KeyHolder[];
  onChanged: () => void;
};

/** What may be done with a key: rotate it, move its old DEKs, put it under another CMK, suspend it. Each says first what it does and what it does not. */
export const KeyActions = ({ tenant, watch, may, holders, onChanged }: KeyActionsProps) => {
  const { key, job } = watch;
  const { toast } = useToast();
  const current = key.versions.find((version) => version.current);
  const behind = key.versions.filter((version) => !version.current).reduce((sum, { deks }) => sum + deks, 0);
  const all = behind + (current?.deks ?? 0);
  const rewrapping = job !== null && !hasEnded(job.status);
  const usable = current !== undefined && key.status === "enabled" ? current : null;

  const rotate = async ({ number }: { number: number }) => {
    const done = await perform(rotateKeyAction({ tenant, key: key.name, expectedVersion: number }));
    onChanged();
    if (!done.ok) return sentenceOf(done);
    toast({
      title: `Rotated to version ${String(done.outcome.version)}`,
      description: "New writes use it from now on.",
    });
    return null;
  };

  return (
    <div className="flex flex-wrap gap-2">
      {may.rotate && usable ? (
        <ConfirmDialog
          trigger={<Button variant={behind > 0 ? "secondary" : "primary"}>Rotate key</Button>}
          title={`Rotate ${tenant}/${key.name}`}
          description={`Version ${usable.number + 1} becomes current and wraps every new write. Version ${usable.number} is deactivated: it wraps nothing more and still opens what it protects (${plural(usable.deks, "DEK")}). Old data is not moved; a rewrap does that.`}
          confirmLabel="Rotate key"
          cancelLabel={`Keep version ${usable.number}`}
          onConfirm={() => rotate(usable)}
        />
      ) : null}
      {may.rewrap && usable && all > 0 && !rewrapping ? (
        <StartJobDialog
          tenant={tenant}
          keyName={key.name}
          current={usable.number}
          behind={behind}
          all={all}
          compromised={key.versions.some(({ state, deks }) => state === "compromised" && deks > 0)}
          onChanged={onChanged}
        />
      ) : null}
      {may.move && (key.status === "enabled" || key.status === "suspended") ? (
        <MoveKeyDialog
          trigger={<Button>Move key</Button>}
          tenant={tenant}
          keys={[key]}
          holders={holders}
          move={moveKeyAction}
          onChanged={onChanged}
        />
      ) : null}
      {/* In the same place whatever the key's status: an open dialog outlives what somebody else did meanwhile. */}
      {may.suspend ? <SuspendKey tenant={tenant} watch={watch} onChanged={onChanged} /> : null}
    </div>
  );
};
