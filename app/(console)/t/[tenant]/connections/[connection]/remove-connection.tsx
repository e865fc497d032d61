"use client";

import { useRouter } from "next/navigation";
import { perform, sentenceOf } from "#components/perform.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { placeOf } from "../connection-place.ts";

type RemoveConnectionProps = {
  tenant: string | null;
  connection: Pick<ConnectionView, "name" | "rev" | "keyVersions">;
};

/** Ends a connection, after asking; while keys are under it, says so. */
export const RemoveConnection = ({ tenant, connection }: RemoveConnectionProps) => {
  const { owner, page, act } = placeOf(tenant);
  const router = useRouter();
  const { toast } = useToast();
  const { name, rev, keyVersions } = connection;
  return (
    <div>
      <ConfirmDialog
        trigger={<Button variant="quiet">Remove connection</Button>}
        title={`Remove ${name}`}
        description={
          keyVersions > 0
            ? `${keyVersions} ${keyVersions === 1 ? "version of a key is" : "versions of keys are"} under it. Move the keys to another connection first.`
            : "Its secret is deleted with it. What was set up at the provider stays there."
        }
        confirmLabel="Remove connection"
        cancelLabel="Keep connection"
        danger
        blocked={keyVersions > 0}
        onConfirm={async () => {
          const done = await perform(act.remove({ ...owner, connection: name, expectedRev: rev }));
          if (!done.ok) return sentenceOf(done);
          toast({ title: `Removed the connection ${name}` });
          router.push(page);
          return null;
        }}
      />
    </div>
  );
};
