import type { Metadata } from "next";
import { Suspense } from "react";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { read } from "#lib/web/gate.ts";
import { TenantHeader } from "./tenant-header.tsx";
import { TenantOverview } from "./tenant-overview.tsx";

type TenantPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: TenantPageProps): Promise<Metadata> => ({
  title: (await params).tenant,
});

// The heading first: counting the DEKs of a large tenant takes a moment.
const TenantPage = async ({ params }: TenantPageProps) => {
  const tenant = await read(getTenant, await params);
  return (
    <>
      <TenantHeader tenant={tenant} />
      <div className="mt-6">
        <Suspense fallback={<SkeletonRows rows={4} columns={5} />}>
          <TenantOverview slug={tenant.slug} />
        </Suspense>
      </div>
    </>
  );
};

export default TenantPage;
