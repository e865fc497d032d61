"use client";

import { useId, useState } from "react";
import { JOB_WORDS } from "#components/job-words.ts";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { plural } from "#components/ui/format.ts";
import { Input } from "#components/ui/input.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { JobMode } from "#lib/domain/job.ts";
import { JOB_MODES } from "#lib/domain/job.ts";
import { startJobAction } from "./actions.ts";

type StartJobDialogProps = {
  tenant: string;
  keyName: string;
  current: number;
  /** DEKs on older versions, and all of them. */
  behind: number;
  all: number;
  /** A version is compromised: its DEKs have to be replaced, not wrapped again. */
  compromised?: boolean;
  onChanged: () => void;
};

/** Starts one of the two kinds of job, and says what each does where one chooses. */
export const StartJobDialog = ({
  tenant,
  keyName,
  current,
  behind,
  all,
  compromised = false,
  onChanged,
}: StartJobDialogProps) => {
  const { toast } = useToast();
  const id = useId();
  const first: JobMode = compromised || behind === 0 ? "re-encrypt" : "rewrap";
  const [chosen, setChosen] = useState<JobMode | null>(null);
  const [maxRate, setMaxRate] = useState("");
  const [rateError, setRateError] = useState<readonly string[]>([]);
  // What there is to move changes while the page is open: until somebody chooses, the choice follows it.
  const mode = chosen ?? first;
  const words = JOB_WORDS[mode];

  const start = async () => {
    const limit = maxRate.trim() === "" ? {} : { maxRate: Number(maxRate) };
    const done = await perform(startJobAction({ tenant, key: keyName, mode, ...limit }));
    onChanged();
    if (!done.ok) {
      setRateError(done.fields.maxRate ?? []);
      return sentenceOf(done);
    }
    setRateError([]);
    toast({ title: `${words.noun} started`, description: "It goes on when you leave this page." });
    return null;
  };

  return (
    <ConfirmDialog
      trigger={
        first === "rewrap" ? <Button variant="primary">Rewrap old DEKs</Button> : <Button>Re-encrypt</Button>
      }
      title={
        mode === "rewrap"
          ? `Rewrap ${plural(behind, "DEK")} to version ${current}`
          : `Re-encrypt ${plural(all, "record")} under version ${current}`
      }
      description="Reads and writes go on meanwhile. It can be paused at any time."
      confirmLabel={`Start ${words.verb}`}
      onConfirm={start}
    >
      <fieldset className="grid gap-3">
        <legend className="mb-2 font-medium">What it does</legend>
        {JOB_MODES.map((value) => (
          <div key={value} className="grid grid-cols-[max-content_1fr] gap-x-3">
            <input
              type="radio"
              id={`${id}-${value}`}
              name="mode"
              value={value}
              checked={mode === value}
              disabled={value === "rewrap" && behind === 0}
              onChange={() => setChosen(value)}
              aria-describedby={`${id}-${value}-does`}
              className="mt-0.5 size-4 accent-accent"
            />
            <label htmlFor={`${id}-${value}`} className="font-medium">
              {JOB_WORDS[value].noun}
            </label>
            <p id={`${id}-${value}-does`} className="col-start-2 text-muted">
              {JOB_WORDS[value].does}
            </p>
          </div>
        ))}
      </fieldset>
      <Field
        label="At most, DEKs per second"
        error={rateError}
        description="Leave it empty to be paced by what other requests leave free."
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
  );
};
