import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ServiceWatch } from "#components/service-watch.tsx";
import { Shell } from "#components/shell.tsx";
import { parseTheme, THEME_COOKIE } from "#components/ui/theme.ts";
import { may } from "#lib/domain/permissions.ts";
import { keeperWatch } from "#lib/services/keeper/keeper-watch.ts";
import { countOpenJobs } from "#lib/services/rewrap/count-open-jobs.ts";
import { getSample } from "#lib/services/sample/get-sample.ts";
import { listTenants } from "#lib/services/tenants/list-tenants.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { SampleBanner } from "./sample-banner.tsx";

const ConsoleLayout = async ({ children }: { children: ReactNode }) => {
  const { ctx, account } = await gate();
  const [tenants, jobs, sample, keeper] = await Promise.all([
    readOrError(listTenants),
    readOrError(countOpenJobs),
    readOrError(getSample),
    keeperWatch(ctx.db).catch(() => null),
  ]);
  return (
    <Shell
      account={account}
      tenants={tenants.ok ? tenants.value : []}
      theme={parseTheme((await cookies()).get(THEME_COOKIE)?.value)}
      runningJobs={jobs.ok ? jobs.value.open : undefined}
      banner={
        <>
          <ServiceWatch initial={keeper} />
          <SampleBanner
            initial={sample.ok ? sample.value.sample : null}
            manage={may(account.role, "sample:manage")}
          />
        </>
      }
    >
      {children}
    </Shell>
  );
};

export default ConsoleLayout;
