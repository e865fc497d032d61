import Link from "next/link";
import type { ReactNode } from "react";
import { type Account, AccountMenu } from "./account-menu.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { ConsoleNav } from "./console-nav.tsx";
import { Wordmark } from "./logo.tsx";
import type { NavTenant } from "./nav-items.ts";
import { PauseWhenIdle } from "./pause-when-idle.tsx";
import { TopBar } from "./top-bar.tsx";
import type { Theme } from "./ui/theme.ts";

type ShellProps = {
  account: Account;
  tenants: readonly NavTenant[];
  theme: Theme;
  runningJobs?: number;
  /** What holds for every page, as "the keeper is away". */
  banner?: ReactNode;
  children: ReactNode;
};

/** The frame of the console: sidebar or top bar, and the one `main`. */
export const Shell = ({ account, tenants, theme, runningJobs, banner, children }: ShellProps) => (
  <div className="min-h-dvh desk:grid desk:grid-cols-[14.5rem_minmax(0,1fr)]">
    <a
      href="#main"
      className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-surface focus:px-3 focus:py-2"
    >
      Skip to the content
    </a>
    <TopBar account={account} tenants={tenants} runningJobs={runningJobs} theme={theme} />
    <header className="sticky top-0 z-10 hidden h-dvh flex-col border-r border-line bg-sunken px-3 py-4 desk:flex print:hidden">
      <Link href="/" className="mb-5 rounded px-2 py-1">
        <Wordmark />
      </Link>
      <div className="mb-4">
        <CommandPalette look="field" />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <ConsoleNav tenants={tenants} runningJobs={runningJobs} />
      </div>
      <div className="pt-3">
        <AccountMenu account={account} theme={theme} />
      </div>
    </header>
    <main id="main" tabIndex={-1} className="mx-auto w-full max-w-360 px-4 py-5 desk:px-8 desk:py-6">
      <PauseWhenIdle />
      {banner}
      {children}
    </main>
  </div>
);
