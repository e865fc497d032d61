"use client";

import { useRouter } from "next/navigation";
import { type Performed, perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { AccessLogMode } from "#lib/domain/access-log.ts";
import { setAccessLogAction, setCompromisedReadsAction } from "./settings-actions.ts";

/** Tells how a change ended: a sentence in the dialog, or a toast when it is done. */
const useOutcome = (said: string) => {
  const { toast } = useToast();
  const router = useRouter();
  return async (done: Performed<unknown>): Promise<string | null> => {
    if (!done.ok) return sentenceOf(done);
    toast({ title: said });
    router.refresh();
    return null;
  };
};

export const ChangeAccessLog = ({ tenant, now }: { tenant: string; now: AccessLogMode }) => {
  const other: AccessLogMode = now === "requests" ? "windows" : "requests";
  const words = other === "requests" ? "each request" : "10 s windows";
  const tell = useOutcome(`Access is logged by ${words}`);
  return (
    <ConfirmDialog
      trigger={<Button size="sm">Log by {words}</Button>}
      title={`Log access by ${words}`}
      description={
        other === "requests"
          ? "Every read and write of a record becomes an event of its own, from the next request on. The log grows with each of them."
          : "Reads and writes are counted in windows of ten seconds, from the next request on."
      }
      confirmLabel={`Log by ${words}`}
      onConfirm={async () => tell(await perform(setAccessLogAction({ tenant, accessLog: other })))}
    />
  );
};

export const ChangeCompromisedReads = ({ tenant, allowed }: { tenant: string; allowed: boolean }) => {
  const act = allowed ? "Refuse compromised reads" : "Allow compromised reads";
  const tell = useOutcome(
    allowed ? "Compromised versions refuse reads" : "Compromised versions open for reads",
  );
  return (
    <ConfirmDialog
      trigger={<Button size="sm">{act}</Button>}
      title={act}
      description={
        allowed
          ? "Records under a compromised version cannot be read until they are re-encrypted."
          : "Records under a compromised version can be read; each such access is logged."
      }
      confirmLabel={act}
      danger={allowed}
      onConfirm={async () => tell(await perform(setCompromisedReadsAction({ tenant, allowed: !allowed })))}
    />
  );
};
