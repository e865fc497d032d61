"use client";

import { Menu as MenuIcon, X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { type Account, AccountMenu } from "./account-menu.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { ConsoleNav } from "./console-nav.tsx";
import { Wordmark } from "./logo.tsx";
import type { NavTenant } from "./nav-items.ts";
import { Button } from "./ui/button.tsx";
import type { Theme } from "./ui/theme.ts";

type TopBarProps = {
  account: Account;
  tenants: readonly NavTenant[];
  runningJobs?: number | undefined;
  theme: Theme;
};

/** What the sidebar becomes on a narrow screen: a bar, and the pages behind a button. */
export const TopBar = ({ account, tenants, runningJobs, theme }: TopBarProps) => {
  const [open, setOpen] = useState(false);
  return (
    <header className="flex h-13 items-center justify-between border-b border-line bg-sunken px-4 desk:hidden">
      <Wordmark className="mr-auto" />
      <CommandPalette look="icon" />
      <Radix.Root open={open} onOpenChange={setOpen}>
        <Radix.Trigger asChild>
          <Button variant="quiet" size="icon" aria-label="Open the menu">
            <MenuIcon aria-hidden="true" />
          </Button>
        </Radix.Trigger>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
          <Radix.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 right-0 z-50 flex w-72 max-w-[85vw] flex-col gap-6 overflow-y-auto border-l border-line-strong bg-sunken p-4 shadow-layer"
          >
            <div className="flex items-center justify-between">
              <Radix.Title className="px-2.5 text-heading">Menu</Radix.Title>
              <Radix.Close asChild>
                <Button variant="quiet" size="icon" aria-label="Close the menu">
                  <X aria-hidden="true" />
                </Button>
              </Radix.Close>
            </div>
            <ConsoleNav tenants={tenants} runningJobs={runningJobs} onNavigate={() => setOpen(false)} />
            <div className="mt-auto">
              <AccountMenu account={account} theme={theme} />
            </div>
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </header>
  );
};
