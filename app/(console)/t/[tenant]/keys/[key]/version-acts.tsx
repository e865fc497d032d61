"use client";

import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "#components/ui/dropdown-menu.tsx";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import { mayAttest } from "#lib/domain/attest-wraps.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import { KEY_TRANSITIONS } from "#lib/domain/key-state.ts";
import type { VersionView } from "#lib/domain/key-view.ts";
import { AttestWraps } from "./attest-wraps.tsx";
import { CompromiseVersion } from "./compromise-version.tsx";
import { DeactivateVersion } from "./deactivate-version.tsx";
import type { KeyMay } from "./key-may.ts";
import { RetireVersion } from "./retire-version.tsx";

type VersionActsProps = {
  tenant: string;
  watch: KeyWatch;
  version: VersionView;
  backupSeconds: number | null;
  may: KeyMay;
  /** A menu in a row, or buttons in a page's heading. */
  look: "menu" | "buttons";
  onChanged: () => void;
};

const ACTS = [
  { act: "deactivate", to: "deactivated", label: "Deactivate" },
  { act: "compromise", to: "compromised", label: "Mark compromised" },
  { act: "retire", to: "destroyed", label: "Retire" },
] as const satisfies readonly { act: keyof KeyMay; to: KeyState; label: string }[];
const ATTEST = { act: "attest", label: "Attest that no wrap is left" } as const satisfies {
  act: keyof KeyMay;
  label: string;
};
type Act = (typeof ACTS)[number]["act"] | "attest";

/** What may be done with one version, as its state allows. Each act says first what it does. */
export const VersionActs = ({ look, backupSeconds, may, ...rest }: VersionActsProps) => {
  const [act, setAct] = useState<Act | null>(null);
  const { version } = rest;
  const changes = ACTS.filter((one) => may[one.act] && KEY_TRANSITIONS[version.state].includes(one.to));
  // On the version's own page it stands beside the hold that it ends.
  const attests = look === "menu" && may.attest && version.issued > 0 && mayAttest(version);
  const offered = attests ? [ATTEST, ...changes] : changes;
  if (offered.length === 0 && act === null) return null;
  const dialog = (of: Act) => ({
    ...rest,
    open: act === of,
    setOpen: (open: boolean) => setAct(open ? of : null),
  });
  return (
    <>
      {look === "menu" ? (
        <Menu>
          <MenuTrigger asChild>
            <Button variant="quiet" size="icon" aria-label={`Actions of version ${version.number}`}>
              <Ellipsis aria-hidden="true" />
            </Button>
          </MenuTrigger>
          <MenuContent align="end">
            {offered.map((one) => (
              <MenuItem key={one.act} danger onSelect={() => setAct(one.act)}>
                {one.label} …
              </MenuItem>
            ))}
          </MenuContent>
        </Menu>
      ) : (
        offered.map((one) => (
          <Button key={one.act} variant="danger" onClick={() => setAct(one.act)}>
            {one.label}
          </Button>
        ))
      )}
      <DeactivateVersion {...dialog("deactivate")} />
      <CompromiseVersion {...dialog("compromise")} />
      {look === "menu" ? <AttestWraps {...dialog("attest")} /> : null}
      <RetireVersion {...dialog("retire")} backupSeconds={backupSeconds} />
    </>
  );
};
