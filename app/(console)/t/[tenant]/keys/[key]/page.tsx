import type { Metadata } from "next";
import { may } from "#lib/domain/permissions.ts";
import { watchKey } from "#lib/services/keys/watch-key.ts";
import { getTenant } from "#lib/services/tenants/get-tenant.ts";
import { gate, read } from "#lib/web/gate.ts";
import { KeyLive } from "./key-live.tsx";

type KeyPageProps = { params: Promise<{ tenant: string; key: string }> };

export const generateMetadata = async ({ params }: KeyPageProps): Promise<Metadata> => {
  const { tenant, key } = await params;
  return { title: `${tenant}/${key}` };
};

const KeyPage = async ({ params }: KeyPageProps) => {
  const { account } = await gate();
  const input = await params;
  const [{ slug, name }, watch] = await Promise.all([read(getTenant, input), read(watchKey, input)]);
  return (
    <KeyLive
      key={watch.key.id}
      tenant={{ slug, name }}
      initial={watch}
      may={{ rotate: may(account.role, "key:rotate"), rewrap: may(account.role, "rewrap:run") }}
    />
  );
};

export default KeyPage;
