"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import { KeeperBanner } from "./keeper-banner.tsx";
import { PlatformKeyBanner } from "./platform-key-banner.tsx";
import { Banner } from "./ui/banner.tsx";
import { buttonClass } from "./ui/button-class.ts";
import type { KeeperWatch } from "#lib/domain/keeper-watch.ts";

const EVERY_MS = 4_000;
const UNAUTHORIZED = 401;

type Watched = KeeperWatch | "signed-out";

const ask = async (): Promise<Watched> => {
  const response = await fetch("/api/keeper", { cache: "no-store" });
  if (response.status === UNAUTHORIZED) return "signed-out";
  if (!response.ok) throw new Error(`The console answered ${response.status}.`);
  return response.json();
};

/** Says above every page what its reader must know of Keyfold itself: a keeper or a console that is away, a session that ended. */
export const ServiceWatch = ({ initial }: { initial: KeeperWatch | null }) => {
  const path = usePathname();
  const { data, error } = useQuery<Watched>({
    queryKey: ["keeper"],
    queryFn: ask,
    initialData: initial ?? undefined,
    refetchInterval: ({ state }) => (state.data === "signed-out" ? false : EVERY_MS),
  });
  const banner = error ? (
    <Banner tone="danger" title="The console does not answer.">
      What is shown is from the last time it did. It is asked again every few seconds.
    </Banner>
  ) : data === "signed-out" ? (
    <Banner
      tone="warning"
      title="Your session has ended."
      actions={
        // A full load, so that nothing of the ended session stays in memory.
        <a href={`/sign-in?callbackUrl=${encodeURIComponent(path)}`} className={buttonClass({ size: "sm" })}>
          Sign in again
        </a>
      }
    >
      The page stays as it is, with what you typed; nothing can be changed from it.
    </Banner>
  ) : data?.away ? (
    <KeeperBanner lastSeenAt={data.lastSeenAt} now={data.now} />
  ) : data?.brokenKey ? (
    <PlatformKeyBanner {...data.brokenKey} />
  ) : null;
  return banner ? <div className="mb-5">{banner}</div> : null;
};
