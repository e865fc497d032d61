import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { KeeperBanner } from "#components/keeper-banner.tsx";
import { Shell } from "#components/shell.tsx";
import { parseTheme, THEME_COOKIE } from "#components/ui/theme.ts";
import { keeperStatus } from "#lib/services/keeper/keeper-status.ts";
import { countOpenJobs } from "#lib/services/rewrap/count-open-jobs.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";

const ConsoleLayout = async ({ children }: { children: ReactNode }) => {
  const { ctx, account } = await gate();
  const [tenants, jobs, keeper] = await Promise.all([
    readOrError(listTenants),
    readOrError(countOpenJobs),
    keeperStatus(ctx.db).catch(() => null),
  ]);
  return (
    <Shell
      account={account}
      tenants={tenants.ok ? tenants.value : []}
      theme={parseTheme((await cookies()).get(THEME_COOKIE)?.value)}
      runningJobs={jobs.ok ? jobs.value.open : undefined}
      banner={keeper?.away ? <KeeperBanner lastSeenAt={keeper.lastSeenAt} now={keeper.now} /> : undefined}
    >
      {children}
    </Shell>
  );
};

export default ConsoleLayout;
