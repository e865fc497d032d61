import { Banner } from "./ui/banner.tsx";
import { plural } from "./ui/format.ts";
import type { KeyWatch } from "#lib/domain/key-watch.ts";

/** What of a key needs somebody: it is suspended, takes no writes, or has data under a compromised version. */
export const KeyNotices = ({ watch: { key, compromisedReads } }: { watch: KeyWatch }) => {
  const current = key.versions.find((version) => version.current);
  const compromised = key.versions.filter(({ state, deks }) => state === "compromised" && deks > 0);
  return (
    <div className="mt-4 grid gap-2 empty:mt-0">
      {key.status === "suspended" ? (
        <Banner tone="warning" title="Suspended.">
          No version wraps or unwraps: reads and writes are refused until the key is resumed. Nothing is lost.
        </Banner>
      ) : null}
      {key.status === "enabled" && current && current.state !== "active" ? (
        <Banner tone="warning" title="It takes no writes.">
          Its current version {current.number} is {current.state}. Rotate the key to go on writing.
        </Banner>
      ) : null}
      {compromised.map(({ number, deks }) => (
        <Banner key={number} tone="danger" title={`Version ${number} is compromised.`}>
          {plural(deks, "record")} {deks === 1 ? "is" : "are"} under it. A re-encrypt gives{" "}
          {deks === 1 ? "it a new DEK" : "them new DEKs"} and new ciphertext; until then{" "}
          {compromisedReads ? "reads go on, each of them logged." : "reads are refused."}
        </Banner>
      ))}
    </div>
  );
};
