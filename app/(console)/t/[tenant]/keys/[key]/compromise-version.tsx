"use client";

import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { compromiseVersionAction } from "./actions.ts";
import { Impact } from "#components/impact.tsx";
import { jobSentence, protectsSentence, useSentence } from "#components/impact-sentences.ts";
import { ReasonField } from "./reason-field.tsx";
import { useAct } from "./use-act.ts";
import type { VersionDialogProps } from "./version-dialog.ts";

/** Marks a version compromised, which never clears. */
export const CompromiseVersion = ({
  tenant,
  watch,
  version,
  open,
  setOpen,
  onChanged,
}: VersionDialogProps) => {
  const act = useAct(onChanged);
  const { key, uses, now } = watch;
  const next = Math.max(...key.versions.map(({ number }) => number)) + 1;
  const used = version.deks > 0 || version.issued > 0;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={setOpen}
      title={`Mark version ${version.number} of ${tenant}/${key.name} compromised`}
      description="For when its key may be known to somebody else. It never clears."
      confirmLabel="Mark compromised"
      cancelLabel="Keep it as it is"
      danger
      typeToConfirm={`${tenant}/${key.name}/v${version.number}`}
      onConfirm={() =>
        act.submit(
          (reason) =>
            compromiseVersionAction({
              tenant,
              key: key.name,
              version: version.number,
              expectedRev: version.rev,
              reason,
            }),
          ({ successor }) => ({
            title: `Version ${version.number} is compromised`,
            description: successor ? `New writes use version ${String(successor)}.` : "",
          }),
        )
      }
    >
      <Impact
        label="What happens"
        items={[
          version.current
            ? `Version ${next} is made in the same step and takes every new write.`
            : `It wraps nothing now and never will; version ${next - 1} stays as it is.`,
          protectsSentence(version),
          used ? useSentence(uses, [version.number], now) : null,
          used
            ? watch.compromisedReads
              ? "Reads under it go on, and each is logged: the tenant's policy allows them."
              : "Reads under it are refused at once: the tenant's policy forbids them."
            : null,
          used
            ? "A rewrap does not help, because it keeps the same DEKs. Start a re-encrypt: new DEKs and new ciphertext."
            : null,
          jobSentence(watch, "fails on what is under it, unless it re-encrypts"),
        ]}
      />
      {key.status === "enabled" ? (
        <p className="text-muted">
          Not sure yet? Suspend the key instead: that stops all use of it and can be undone.
        </p>
      ) : null}
      <ReasonField value={act.reason} onChange={act.setReason} error={act.reasonError} />
    </ConfirmDialog>
  );
};
