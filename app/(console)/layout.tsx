import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ServiceWatch } from "#components/service-watch.tsx";
import { Shell } from "#components/shell.tsx";
import { parseTheme, THEME_COOKIE } from "#components/ui/theme.ts";
import { keeperWatch } from "#lib/services/keeper/keeper-watch.ts";
import { countOpenJobs } from "#lib/services/rewrap/count-open-jobs.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";

const ConsoleLayout = async ({ children }: { children: ReactNode }) => {
  const { ctx, account } = await gate();
  const [tenants, jobs, keeper] = await Promise.all([
    readOrError(listTenants),
    readOrError(countOpenJobs),
    keeperWatch(ctx.db).catch(() => null),
  ]);
  return (
    <Shell
      account={account}
      tenants={tenants.ok ? tenants.value : []}
      theme={parseTheme((await cookies()).get(THEME_COOKIE)?.value)}
      runningJobs={jobs.ok ? jobs.value.open : undefined}
      banner={<ServiceWatch initial={keeper} />}
    >
      {children}
    </Shell>
  );
};

export default ConsoleLayout;
