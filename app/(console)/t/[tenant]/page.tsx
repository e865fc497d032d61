import type { Metadata } from "next";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { read } from "#lib/web/gate.ts";
import { TenantHeader } from "./tenant-header.tsx";
import { TenantOverview } from "./tenant-overview.tsx";

type TenantPageProps = { params: Promise<{ tenant: string }> };

export const generateMetadata = async ({ params }: TenantPageProps): Promise<Metadata> => ({
  title: (await params).tenant,
});

const TenantPage = async ({ params }: TenantPageProps) => {
  const tenant = await read(getTenant, await params);
  return (
    <>
      <TenantHeader tenant={tenant} />
      <div className="mt-6">
        <TenantOverview slug={tenant.slug} />
      </div>
    </>
  );
};

export default TenantPage;
