"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { usePathname, useRouter } from "next/navigation";
import { useRefreshOn } from "#components/use-refresh-on.ts";
import { Banner } from "#components/ui/banner.tsx";
import { formatCount, plural } from "#components/ui/format.ts";
import { ProgressBar } from "#components/ui/progress-bar.tsx";
import type { SampleView } from "#lib/domain/sample.ts";
import { RemoveSample } from "./remove-sample.tsx";

const EVERY_MS = 2_000;
const FIRST_LOOKS = 6;
const FIRST_LOOK_MS = 5_000;
/** Where a sample that is there is still mentioned. */
const MENTIONED_ON = new Set(["/", "/tenants"]);

type Answer = { sample: SampleView | null };

const ask = async (): Promise<Answer> => {
  const response = await fetch("/api/sample", { cache: "no-store" });
  if (!response.ok) throw new Error(`The console answered ${response.status}.`);
  return response.json();
};

const TITLES = {
  loading: "A sample is being loaded.",
  loaded: "You are looking at a sample.",
  removing: "The sample is being removed.",
} as const;

const Words = ({ sample }: { sample: SampleView }) => {
  if (sample.state === "loaded") {
    return (
      <>
        {plural(sample.tenants.length, "tenant")} and {formatCount(sample.written)} records of invented
        people, made through Keyfold’s own services and API.
      </>
    );
  }
  const stopped = sample.stalled ? ` It was cut short. ${sample.error ?? ""}`.trimEnd() : "";
  if (sample.state === "removing")
    return <>{`Left: ${sample.tenants.map(({ slug }) => slug).join(", ")}.${stopped}`}</>;
  return (
    <>
      {formatCount(sample.written)} of {formatCount(sample.total)} records.
      {stopped
        ? `${stopped} It goes on with the next start, or with: keyfold sample load`
        : " You can look around meanwhile."}
    </>
  );
};

/** The sample, while it is made or taken away, and on the first pages while it is there. */
export const SampleBanner = ({ initial, manage }: { initial: SampleView | null; manage: boolean }) => {
  const path = usePathname();
  const router = useRouter();
  const client = useQueryClient();
  const { data } = useQuery<Answer>({
    queryKey: ["sample"],
    queryFn: ask,
    initialData: { sample: initial },
    refetchInterval: ({ state }) => {
      const sample = state.data?.sample;
      if (sample) return sample.state === "loaded" ? false : EVERY_MS;
      // It begins some seconds after the first start.
      return state.dataUpdateCount < FIRST_LOOKS ? FIRST_LOOK_MS : false;
    },
  });
  const { sample } = data;
  // The pages show what came or went meanwhile.
  useRefreshOn(sample ? `${sample.state} ${sample.tenants.length}` : null);
  if (!sample || (sample.state === "loaded" && !MENTIONED_ON.has(path))) return null;
  const lookAgain = () => {
    void client.invalidateQueries({ queryKey: ["sample"] });
    router.refresh();
  };
  return (
    <div className="mb-5 grid gap-1.5">
      <Banner
        tone={sample.stalled ? "warning" : "info"}
        title={TITLES[sample.state]}
        actions={manage ? <RemoveSample sample={sample} onDone={lookAgain} /> : null}
      >
        <Words sample={sample} />
      </Banner>
      {sample.state === "loading" ? (
        <ProgressBar label="Records of the sample" done={sample.written} total={sample.total} />
      ) : null}
    </div>
  );
};
