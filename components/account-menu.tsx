"use client";

import { ChevronsUpDown } from "lucide-react";
import { signOut } from "next-auth/react";
import type { Role } from "#lib/domain/permissions.ts";
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from "./ui/dropdown-menu.tsx";
import { THEME_LABELS, THEMES, type Theme } from "./ui/theme.ts";
import { useTheme } from "./ui/use-theme.ts";

export type Account = { name: string; email: string; role: Role };

export const ROLE_LABELS: Readonly<Record<Role, string>> = {
  owner: "Owner",
  "security-admin": "Security admin",
  approver: "Approver",
  auditor: "Auditor",
  support: "Support",
  "tenant-admin": "Tenant admin",
  "tenant-auditor": "Tenant auditor",
};

/** Who is signed in; the theme, and the way out. */
export const AccountMenu = ({ account, theme }: { account: Account; theme: Theme }) => {
  const [chosen, choose] = useTheme(theme);
  return (
    <Menu>
      <MenuTrigger className="flex w-full items-center gap-2 rounded px-2.5 py-1.5 text-left hover:bg-surface data-[state=open]:bg-surface">
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{account.name}</span>
          <span className="block truncate text-micro text-muted">{ROLE_LABELS[account.role]}</span>
        </span>
        <span className="sr-only">, account menu</span>
        <ChevronsUpDown aria-hidden="true" className="size-4 shrink-0 text-muted" />
      </MenuTrigger>
      <MenuContent>
        <MenuLabel>{account.email}</MenuLabel>
        <MenuSeparator />
        <MenuLabel>Theme</MenuLabel>
        <MenuRadioGroup value={chosen} onValueChange={choose} aria-label="Theme">
          {THEMES.map((option) => (
            <MenuRadioItem key={option} value={option} onSelect={(event) => event.preventDefault()}>
              {THEME_LABELS[option]}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem onSelect={() => void signOut({ callbackUrl: "/sign-in" })}>Sign out</MenuItem>
      </MenuContent>
    </Menu>
  );
};
