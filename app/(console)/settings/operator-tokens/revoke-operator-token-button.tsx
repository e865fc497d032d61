"use client";

import { useRouter } from "next/navigation";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useToast } from "#components/ui/toast.tsx";
import { revokeOperatorTokenAction } from "./actions.ts";

/** Ends an operator's token for good, after asking. */
export const RevokeOperatorTokenButton = ({ id, prefix }: { id: string; prefix: string }) => {
  const router = useRouter();
  const { toast } = useToast();
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="quiet" aria-label={`Revoke token ${prefix}`}>
          Revoke
        </Button>
      }
      title={`Revoke token ${prefix}`}
      description="Every request that carries it is refused from now on. This cannot be undone. Jobs that it started go on."
      confirmLabel="Revoke token"
      cancelLabel="Keep token"
      danger
      onConfirm={async () => {
        const done = await perform(revokeOperatorTokenAction({ tokenId: id }));
        router.refresh();
        if (!done.ok) return sentenceOf(done);
        toast({ title: `Revoked token ${prefix}` });
        return null;
      }}
    />
  );
};
