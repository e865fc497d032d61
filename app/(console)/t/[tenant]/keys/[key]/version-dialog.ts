import type { KeyWatch } from "#lib/domain/key-watch.ts";
import type { VersionView } from "#lib/domain/key-view.ts";

/** What the dialog of an act on a version is given. */
export type VersionDialogProps = {
  tenant: string;
  watch: KeyWatch;
  version: VersionView;
  open: boolean;
  setOpen: (open: boolean) => void;
  onChanged: () => void;
};
