import type { Hold } from "#lib/domain/retire-gate.ts";
import { ACCEPTANCE_SENTENCE, refusalOf } from "#lib/domain/retire-gate.ts";
import { Impact } from "./impact.tsx";

/** Every reason that still holds a version. */
export const HeldBy = ({ holds }: { holds: readonly Hold[] }) => (
  <>
    <Impact label="What still holds it" items={holds.map(({ sentence }) => sentence)} />
    <p className="text-muted">
      {refusalOf(holds) === "APPROVAL_REQUIRED"
        ? ACCEPTANCE_SENTENCE
        : "Until then Keyfold does not destroy it, whoever asks."}
    </p>
  </>
);
