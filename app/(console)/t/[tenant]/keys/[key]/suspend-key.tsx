"use client";

import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { plural } from "#components/ui/format.ts";
import { STANDING_SECONDS } from "#lib/domain/cache-bound.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { resumeKeyAction, suspendKeyAction } from "./actions.ts";
import { Impact } from "#components/impact.tsx";
import { jobSentence, recordsOf, useSentence } from "#components/impact-sentences.ts";
import { ReasonField } from "./reason-field.tsx";
import { useAct } from "./use-act.ts";

type SuspendKeyProps = { tenant: string; watch: KeyWatch; onChanged: () => void };

/** Stops all use of a key, which can be undone; or lets it be used again. */
export const SuspendKey = ({ tenant, watch, onChanged }: SuspendKeyProps) => {
  const act = useAct(onChanged);
  const { key, uses, now } = watch;
  const name = `${tenant}/${key.name}`;
  const input = { tenant, key: key.name, expectedRev: key.rev };
  const reason = <ReasonField optional value={act.reason} onChange={act.setReason} error={act.reasonError} />;
  if (key.status === "suspended") {
    return (
      <ConfirmDialog
        trigger={<Button variant="primary">Resume key</Button>}
        title={`Resume ${name}`}
        description="Its versions wrap and unwrap again as their states say, from now on. Jobs that waited for it go on."
        confirmLabel="Resume key"
        cancelLabel="Keep it suspended"
        onConfirm={() =>
          act.submit(
            (why) => resumeKeyAction({ ...input, reason: why }),
            () => ({ title: `${name} is enabled`, description: "Reads and writes go on." }),
          )
        }
      >
        {reason}
      </ConfirmDialog>
    );
  }
  if (key.status !== "enabled") return null;
  return (
    <ConfirmDialog
      trigger={<Button>Suspend key</Button>}
      title={`Suspend ${name}`}
      description="No version of it wraps or unwraps until it is resumed. Nothing is lost: this is the safe way to stop the use of a key."
      confirmLabel="Suspend key"
      cancelLabel="Keep it enabled"
      danger
      onConfirm={() =>
        act.submit(
          (why) => suspendKeyAction({ ...input, reason: why }),
          () => ({ title: `${name} is suspended`, description: "Reads and writes are refused." }),
        )
      }
    >
      <Impact
        label="What stops"
        items={[
          `Reads and writes of ${recordsOf(watch)} records under ${plural(key.versions.length, "version")} are refused (KEY_SUSPENDED).`,
          useSentence(
            uses,
            key.versions.map(({ number }) => number),
            now,
          ),
          jobSentence(watch, "waits and says for what"),
          `It holds at once: every keeper looks at the key with each request, and in a job at least every ${STANDING_SECONDS} s.`,
        ]}
      />
      {reason}
    </ConfirmDialog>
  );
};
