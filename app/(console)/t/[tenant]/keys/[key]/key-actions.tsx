"use client";

import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { plural } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import { hasEnded } from "#lib/domain/job.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { rotateKeyAction, startRewrapAction } from "./actions.ts";
import type { KeyMay } from "./key-may.ts";
import { SuspendKey } from "./suspend-key.tsx";

type KeyActionsProps = {
  tenant: string;
  watch: KeyWatch;
  may: KeyMay;
  onChanged: () => void;
};

/** What may be done with a key: rotate it, move its old DEKs, suspend it. Each says first what it does and what it does not. */
export const KeyActions = ({ tenant, watch, may, onChanged }: KeyActionsProps) => {
  const { key, job } = watch;
  const { toast } = useToast();
  const [maxRate, setMaxRate] = useState("");
  const [rateError, setRateError] = useState<readonly string[]>([]);
  const current = key.versions.find((version) => version.current);
  const behind = key.versions.filter((version) => !version.current).reduce((sum, { deks }) => sum + deks, 0);
  const rewrapping = job !== null && !hasEnded(job.status);
  const suspend = may.suspend ? <SuspendKey tenant={tenant} watch={watch} onChanged={onChanged} /> : null;
  if (!current || key.status !== "enabled") return suspend;

  const rotate = async () => {
    const done = await perform(rotateKeyAction({ tenant, key: key.name, expectedVersion: current.number }));
    onChanged();
    if (!done.ok) return sentenceOf(done);
    toast({
      title: `Rotated to version ${String(done.outcome.version)}`,
      description: "New writes use it from now on.",
    });
    return null;
  };

  const rewrap = async () => {
    const limit = maxRate.trim() === "" ? {} : { maxRate: Number(maxRate) };
    const done = await perform(startRewrapAction({ tenant, key: key.name, ...limit }));
    onChanged();
    if (!done.ok) {
      setRateError(done.fields.maxRate ?? []);
      return sentenceOf(done);
    }
    setRateError([]);
    toast({ title: "Rewrap started", description: "It goes on when you leave this page." });
    return null;
  };

  return (
    <div className="flex flex-wrap gap-2">
      {may.rotate ? (
        <ConfirmDialog
          trigger={<Button variant={behind > 0 ? "secondary" : "primary"}>Rotate key</Button>}
          title={`Rotate ${tenant}/${key.name}`}
          description={`Version ${current.number + 1} becomes current and wraps every new write. Version ${current.number} is deactivated: it wraps nothing more and still opens what it protects (${plural(current.deks, "DEK")}). Old data is not moved; a rewrap does that.`}
          confirmLabel="Rotate key"
          cancelLabel={`Keep version ${current.number}`}
          onConfirm={rotate}
        />
      ) : null}
      {may.rewrap && behind > 0 && !rewrapping ? (
        <ConfirmDialog
          trigger={<Button variant="primary">Rewrap old DEKs</Button>}
          title={`Rewrap ${plural(behind, "DEK")} to version ${current.number}`}
          description="Each DEK stays the same and is wrapped anew under the current version; the data itself is not touched. Reads and writes go on meanwhile. It can be paused at any time."
          confirmLabel="Start rewrap"
          onConfirm={rewrap}
        >
          <Field
            label="At most, DEKs per second"
            error={rateError}
            description="Leave it empty to go as fast as the database allows."
          >
            <Input
              mono
              inputMode="numeric"
              value={maxRate}
              onChange={(event) => setMaxRate(event.target.value)}
              autoComplete="off"
            />
          </Field>
        </ConfirmDialog>
      ) : null}
      {suspend}
    </div>
  );
};
