"use client";

import { useRouter } from "next/navigation";
import type { TokenAct } from "./mint-token-dialog.tsx";
import { perform, sentenceOf } from "./perform.ts";
import { Button } from "./ui/button.tsx";
import { ConfirmDialog } from "./ui/confirm-dialog.tsx";
import { useToast } from "./ui/toast.tsx";

type RevokeTokenButtonProps = {
  token: { id: string; prefix: string };
  /** Whose it is; empty for the operator's own. */
  owner: { tenant?: string };
  /** What its end means for whoever uses it. */
  consequence: string;
  revoke: TokenAct;
};

/** Ends a token for good, after asking. */
export const RevokeTokenButton = ({ token, owner, consequence, revoke }: RevokeTokenButtonProps) => {
  const router = useRouter();
  const { toast } = useToast();
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="quiet" aria-label={`Revoke token ${token.prefix}`}>
          Revoke
        </Button>
      }
      title={`Revoke token ${token.prefix}`}
      description={`Every request that carries it is refused from now on. ${consequence}`}
      confirmLabel="Revoke token"
      cancelLabel="Keep token"
      danger
      onConfirm={async () => {
        const done = await perform(revoke({ ...owner, tokenId: token.id }));
        router.refresh();
        if (!done.ok) return sentenceOf(done);
        toast({ title: `Revoked token ${token.prefix}` });
        return null;
      }}
    />
  );
};
