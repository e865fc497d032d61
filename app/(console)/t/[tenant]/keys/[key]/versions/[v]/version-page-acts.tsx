"use client";

import { useRouter } from "next/navigation";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import type { VersionView } from "#lib/domain/key-view.ts";
import type { KeyMay } from "../../key-may.ts";
import { VersionActs } from "../../version-acts.tsx";

type VersionPageActsProps = {
  tenant: string;
  watch: KeyWatch;
  version: VersionView;
  backupSeconds: number | null;
  may: KeyMay;
};

/** The acts on a version, on its own page. */
export const VersionPageActs = (props: VersionPageActsProps) => {
  const router = useRouter();
  return <VersionActs {...props} look="buttons" onChanged={() => router.refresh()} />;
};
