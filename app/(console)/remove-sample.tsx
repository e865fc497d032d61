"use client";

import { useState } from "react";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { useToast } from "#components/ui/toast.tsx";
import type { SampleView } from "#lib/domain/sample.ts";
import { removeSampleTenantAction, requestSampleRemovalAction } from "./sample-actions.ts";

/** Removes the sample, tenant by tenant; a sentence when one could not be removed. */
const removeAll = async (): Promise<string | null> => {
  const begun = await perform(requestSampleRemovalAction({}));
  if (!begun.ok) return sentenceOf(begun);
  for (const tenant of begun.result.tenants) {
    const removed = await perform(removeSampleTenantAction({ tenant }));
    if (!removed.ok) return sentenceOf(removed);
  }
  return null;
};

type RemoveSampleProps = { sample: SampleView; onDone: () => void };

export const RemoveSample = ({ sample, onDone }: RemoveSampleProps) => {
  const { toast } = useToast();
  const [busy, setBusy] = useState(false);
  if (sample.state === "removing" && !sample.stalled && !busy) return null;
  return (
    <ConfirmDialog
      trigger={<Button size="sm">Remove sample</Button>}
      title="Remove the sample"
      description={`${plural(sample.tenants.length, "tenant")} with all records, keys and tokens. Their events stay in the log, and their slugs are not given to others. Nothing else is touched.`}
      confirmLabel="Remove sample"
      cancelLabel="Keep sample"
      danger
      onConfirm={async () => {
        setBusy(true);
        const problem = await removeAll();
        setBusy(false);
        onDone();
        if (problem === null) toast({ title: "Removed the sample" });
        return problem;
      }}
    />
  );
};
