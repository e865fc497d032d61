"use client";

import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { deactivateVersionAction } from "./actions.ts";
import { Impact } from "#components/impact.tsx";
import { jobSentence, protectsSentence, useSentence } from "#components/impact-sentences.ts";
import { ReasonField } from "./reason-field.tsx";
import { useAct } from "./use-act.ts";
import type { VersionDialogProps } from "./version-dialog.ts";

/** Ends the use of a version for new data. */
export const DeactivateVersion = ({
  tenant,
  watch,
  version,
  open,
  setOpen,
  onChanged,
}: VersionDialogProps) => {
  const act = useAct(onChanged);
  const { key, uses, now } = watch;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={setOpen}
      title={`Deactivate version ${version.number} of ${tenant}/${key.name}`}
      description="It wraps nothing more and still opens what it protects. A deactivated version never becomes active again."
      confirmLabel="Deactivate"
      cancelLabel="Keep it active"
      danger
      onConfirm={() =>
        act.submit(
          (reason) =>
            deactivateVersionAction({
              tenant,
              key: key.name,
              version: version.number,
              expectedRev: version.rev,
              reason,
            }),
          () => ({ title: `Version ${version.number} is deactivated` }),
        )
      }
    >
      <Impact
        label="What happens"
        items={[
          version.current
            ? "The key takes no writes from then on: it has no other active version until it is rotated. Reads go on."
            : "Reads go on.",
          protectsSentence(version),
          useSentence(uses, [version.number], now),
          version.current ? jobSentence(watch, "waits until the key is rotated") : null,
        ]}
      />
      {version.current ? (
        <p className="text-muted">
          To go on writing, rotate the key instead: that makes the next version and deactivates this one in
          one step.
        </p>
      ) : null}
      <ReasonField optional value={act.reason} onChange={act.setReason} error={act.reasonError} />
    </ConfirmDialog>
  );
};
