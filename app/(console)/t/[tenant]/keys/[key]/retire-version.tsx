"use client";

import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { backupsOverAt } from "#lib/domain/retire-gate.ts";
import { retireVersionAction } from "./actions.ts";
import { HeldBy } from "#components/held-by.tsx";
import { holdsOf } from "#components/holds-of.ts";
import { Impact } from "#components/impact.tsx";
import { ReasonField } from "./reason-field.tsx";
import { useAct } from "./use-act.ts";
import type { VersionDialogProps } from "./version-dialog.ts";

type RetireVersionProps = VersionDialogProps & {
  /** How long backups of the database are kept; null is unknown. */
  backupSeconds: number | null;
};

const backupSentence = (now: string, backupSeconds: number | null): string => {
  const over = backupsOverAt(now, backupSeconds);
  if (over === null) return "Backups of the database hold its wrapped key for as long as they are kept.";
  if (backupSeconds === 0)
    return "No backup of the database holds its wrapped key: the keepers were told so.";
  return `Backups of the database hold its wrapped key until ${over.slice(0, 16).replace("T", " ")} UTC.`;
};

/** Destroys a version that protects nothing any more, or says every reason why not yet. */
export const RetireVersion = ({ backupSeconds, ...props }: RetireVersionProps) => {
  const { tenant, watch, version, open, setOpen, onChanged } = props;
  const act = useAct(onChanged);
  const { key } = watch;
  // A clock that has not begun begins by asking, so the page lets that one through to the keeper.
  const holds = holdsOf(watch, version, backupSeconds);
  const begins = holds.length === 1 && holds[0]?.code === "backup_running" && version.emptySince === null;
  const blocked = holds.length > 0 && !begins;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={setOpen}
      title={`Retire version ${version.number} of ${tenant}/${key.name}`}
      description={
        blocked
          ? "It cannot be destroyed yet. Nothing is done to a version that something may still need."
          : "Its wrapped key is removed for good. Nothing that was ever under it opens again."
      }
      confirmLabel="Retire version"
      cancelLabel="Keep it"
      danger
      blocked={blocked}
      typeToConfirm={`${tenant}/${key.name}/v${version.number}`}
      onConfirm={() =>
        act.submit(
          (reason) =>
            retireVersionAction({
              tenant,
              key: key.name,
              version: version.number,
              expectedRev: version.rev,
              reason,
            }),
          () => ({ title: `Version ${version.number} is destroyed` }),
        )
      }
    >
      {blocked ? (
        <HeldBy holds={holds} />
      ) : (
        <>
          <Impact
            label="What happens"
            items={[
              "Nothing is under it now. A keeper counts once more, and destroys it only if that still holds.",
              ...holds.map(({ sentence }) => sentence),
              backupSentence(watch.now, backupSeconds),
            ]}
          />
          <ReasonField value={act.reason} onChange={act.setReason} error={act.reasonError} />
        </>
      )}
    </ConfirmDialog>
  );
};
