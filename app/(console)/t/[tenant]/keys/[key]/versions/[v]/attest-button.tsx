"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import type { VersionView } from "#lib/domain/key-view.ts";
import { AttestWraps } from "../../attest-wraps.tsx";

type AttestButtonProps = { tenant: string; watch: KeyWatch; version: VersionView };

/** The way out of a hold that no rewrap can end. */
export const AttestButton = (props: AttestButtonProps) => {
  const [open, setOpen] = useState(false);
  const router = useRouter();
  return (
    <div>
      <Button onClick={() => setOpen(true)}>Attest that none is left</Button>
      <AttestWraps {...props} open={open} setOpen={setOpen} onChanged={() => router.refresh()} />
    </div>
  );
};
