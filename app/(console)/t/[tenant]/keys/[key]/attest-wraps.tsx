"use client";

import { Impact } from "#components/impact.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { attestWrapsAction } from "./actions.ts";
import { ReasonField } from "./reason-field.tsx";
import { useAct } from "./use-act.ts";
import type { VersionDialogProps } from "./version-dialog.ts";

/** Says that no wrap is left outside under a version, which Keyfold cannot look up and has to believe. */
export const AttestWraps = ({ tenant, watch, version, open, setOpen, onChanged }: VersionDialogProps) => {
  const act = useAct(onChanged);
  const { key } = watch;
  const { number, issued, state } = version;
  const wraps = plural(issued, "wrap");
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={setOpen}
      title={`Attest that no wrap is left under version ${number} of ${tenant}/${key.name}`}
      description={`${wraps} left Keyfold under it. You say that none of them is kept anywhere any more. Keyfold cannot check that.`}
      confirmLabel="Attest that none is left"
      cancelLabel={issued === 1 ? "Keep it counted" : "Keep them counted"}
      danger
      typeToConfirm={`${tenant}/${key.name}/v${number}`}
      onConfirm={() =>
        act.submit(
          (reason) =>
            attestWrapsAction({
              tenant,
              key: key.name,
              version: number,
              expectedRev: version.rev,
              issued,
              reason,
            }),
          () => ({
            title: `No wrap is left under version ${number}`,
            description: `${wraps} ${issued === 1 ? "was" : "were"} written off.`,
          }),
        )
      }
    >
      <Impact
        label="What it means"
        items={[
          "If it is not true, what somebody still keeps under one of them, an exported record too, can never be decrypted again once the version is retired: not by them, and not by you.",
          state === "compromised"
            ? "You say that every such value was decrypted and encrypted anew, or is gone."
            : "You say that every such wrap went through the rewrap call, or was thrown away.",
          `You say it for all applications of ${tenant} and all who exported its records: the count is of the version, so ask each of them.`,
          `${wraps} ${issued === 1 ? "is" : "are"} taken off the count and ${issued === 1 ? "holds" : "hold"} the version no more. Nothing is destroyed yet.`,
          "It cannot be taken back. Who said so, when, how many and why stand in the log.",
        ]}
      />
      <ReasonField value={act.reason} onChange={act.setReason} error={act.reasonError} />
    </ConfirmDialog>
  );
};
