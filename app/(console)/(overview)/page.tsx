import type { Metadata } from "next";
import { Suspense } from "react";
import { PageHeader } from "#components/ui/page-header.tsx";
import { SkeletonText } from "#components/ui/skeleton.tsx";
import { may } from "#lib/domain/permissions.ts";
import { gate } from "#lib/web/gate.ts";
import { DecisionsPanel } from "./decisions-panel.tsx";
import { DenialsPanel } from "./denials-panel.tsx";
import { RotationsPanel } from "./rotations-panel.tsx";
import { RunningPanel } from "./running-panel.tsx";
import { StatesPanel } from "./states-panel.tsx";

export const metadata: Metadata = { title: "Overview" };

// Each panel asks for what it shows and fails alone. Those of a column come together, so that none pushes another down.
const OverviewPage = async () => {
  const { account } = await gate();
  return (
    <>
      <PageHeader title="Overview" />
      <div className="mt-6 grid gap-8">
        <div className="min-h-14">
          <Suspense fallback={<SkeletonText lines={2} />}>
            <StatesPanel />
          </Suspense>
        </div>
        <div className="grid grid-cols-1 gap-x-10 gap-y-8 desk:grid-cols-[minmax(0,1fr)_26rem]">
          <div className="grid min-w-0 content-start gap-8">
            <Suspense fallback={<SkeletonText lines={5} />}>
              <DecisionsPanel />
              {may(account.role, "platform-audit:read") ? <DenialsPanel /> : null}
            </Suspense>
          </div>
          <div className="grid min-w-0 content-start gap-8">
            <Suspense fallback={<SkeletonText lines={5} />}>
              <RunningPanel />
              <RotationsPanel />
            </Suspense>
          </div>
        </div>
      </div>
    </>
  );
};

export default OverviewPage;
