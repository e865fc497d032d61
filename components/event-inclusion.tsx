"use client";

import { useState } from "react";
import { Button } from "./ui/button.tsx";
import { Copyable } from "./ui/copyable.tsx";
import { Facts } from "./ui/facts.tsx";
import { formatCount } from "./ui/format.ts";
import { FormError } from "./ui/form-error.tsx";
import { LiveRegion } from "./ui/live-region.tsx";
import { Mark } from "./ui/mark.tsx";
import { fromBase64 } from "#lib/audit/base64.ts";
import { leafHash } from "#lib/audit/leaf.ts";
import { verifyInclusion } from "#lib/audit/proof.ts";
import type { EventProof } from "#lib/domain/event-proof.ts";

type Outcome =
  | { kind: "verified" | "broken"; proof: EventProof }
  | { kind: "failed"; message: string; requestId: string };

/** Everything is reckoned here, from the bytes that this page shows: nothing is taken at its word but the root. */
const holds = (text: string, { index, size, root, proof }: EventProof): boolean => {
  const hashes = [root, ...proof].map(fromBase64);
  const [head, ...path] = hashes.filter((hash) => hash !== null);
  if (!head || path.length !== proof.length) return false;
  const leaf = leafHash(new TextEncoder().encode(text));
  return verifyInclusion({ leaf, index, size, root: head, proof: path });
};

const verify = async (id: string, text: string): Promise<Outcome> => {
  const response = await fetch(`/api/audit/${id}/proof`, { cache: "no-store" });
  const body = await response.json().catch(() => null);
  if (!response.ok)
    return {
      kind: "failed",
      message: body?.error?.message ?? "The proof could not be read.",
      requestId: body?.error?.request_id ?? "",
    };
  return { kind: holds(text, body) ? "verified" : "broken", proof: body };
};

const WORDS = {
  verified: "The event is in the tree.",
  broken: "The proof does not hold: the event or the tree was changed.",
} as const;

/** Verifies in the browser that the event is in its tree. */
export const EventInclusion = ({ id, text }: { id: string; text: string }) => {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [pending, setPending] = useState(false);
  const run = async () => {
    setPending(true);
    setOutcome(
      await verify(id, text).catch(() => ({
        kind: "failed" as const,
        message: "The proof could not be read. Try again.",
        requestId: "",
      })),
    );
    setPending(false);
  };
  return (
    <div className="grid justify-items-start gap-3">
      <Button onClick={() => void run()} pending={pending}>
        Verify this event
      </Button>
      <LiveRegion message={outcome && outcome.kind !== "failed" ? WORDS[outcome.kind] : ""} />
      {outcome?.kind === "failed" ? (
        <FormError requestId={outcome.requestId || undefined}>{outcome.message}</FormError>
      ) : null}
      {outcome && outcome.kind !== "failed" ? (
        <>
          <Mark
            shape={outcome.kind === "verified" ? "disc" : "triangle"}
            tone={outcome.kind === "verified" ? "active" : "danger"}
          >
            {WORDS[outcome.kind]}
          </Mark>
          <Facts
            items={[
              {
                label: "Leaf",
                value: `${formatCount(outcome.proof.index)} of ${formatCount(outcome.proof.size)}`,
                mono: true,
              },
              { label: "Hashes of the proof", value: String(outcome.proof.proof.length), mono: true },
              { label: "Root", value: <Copyable value={outcome.proof.root} label="root" /> },
            ]}
          />
        </>
      ) : null}
    </div>
  );
};
