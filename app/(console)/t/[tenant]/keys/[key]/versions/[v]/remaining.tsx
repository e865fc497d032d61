import type { Route } from "next";
import { formatCount } from "#components/ui/format.ts";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { KeyWatch } from "#lib/domain/key-watch.ts";
import type { VersionView } from "#lib/domain/key-view.ts";
import { mayAttest } from "#lib/domain/attest-wraps.ts";
import { backupsOverAt } from "#lib/domain/retire-gate.ts";
import { HeldBy } from "#components/held-by.tsx";
import { holdsOf } from "#components/holds-of.ts";
import { useSentence } from "#components/impact-sentences.ts";
import { AttestButton } from "./attest-button.tsx";

type RemainingProps = {
  tenant: string;
  watch: KeyWatch;
  version: VersionView;
  backupSeconds: number | null;
  keyPage: string;
  may: { move: boolean; attest: boolean };
};

const destroyedSentence = (destroyedAt: string, now: string, backupSeconds: number | null): string => {
  const over = backupsOverAt(destroyedAt, backupSeconds);
  if (over === null)
    return "Its wrapped key is gone from here. How long backups of the database hold it is not known.";
  return over <= now
    ? "Its wrapped key is gone from here, and from every backup of the database that was kept."
    : `Its wrapped key is gone from here. Backups of the database hold it until ${over.slice(0, 16).replace("T", " ")} UTC.`;
};

/** What a version still protects, how to move it, and what keeps the version from being retired. */
export const Remaining = ({ tenant, watch, version, backupSeconds, keyPage, may }: RemainingProps) => {
  if (version.destroyedAt !== null)
    return <p>{destroyedSentence(version.destroyedAt, watch.now, backupSeconds)}</p>;
  const holds = holdsOf(watch, version, backupSeconds);
  const movable = may.move && !version.current && version.deks > 0;
  const attestable = may.attest && mayAttest(version) && version.issued > 0;
  return (
    <div className="grid gap-3">
      <StatRow>
        <Stat label="DEKs still on it" value={formatCount(version.deks)} size="lg" />
        <Stat label="Wraps outside" value={formatCount(version.issued)} size="lg" />
      </StatRow>
      <p className="text-muted">{useSentence(watch.uses, [version.number], watch.now)}</p>
      {movable ? (
        <p>
          <TextLink href={keyPage as Route}>
            {version.state === "compromised" ? "Re-encrypt from here" : "Rewrap from here"}
          </TextLink>
        </p>
      ) : null}
      {holds.length > 0 ? <HeldBy holds={holds} /> : <p>Nothing holds it: it may be retired.</p>}
      {attestable ? <AttestButton tenant={tenant} watch={watch} version={version} /> : null}
    </div>
  );
};
