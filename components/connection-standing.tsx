import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { CmkHealthMark } from "./key-state.tsx";
import { Mark, type MarkLook } from "./ui/mark.tsx";

type Standing = Pick<ConnectionView, "probe" | "secretField" | "secretRevision" | "preflight">;

/** What a connection without a probe still waits for: none was made, because no test has passed. */
const waitsFor = ({ secretField, secretRevision, preflight }: Standing): MarkLook & { word: string } => {
  if (secretField !== null && secretRevision === 0)
    return { shape: "dashed", tone: "pending", word: "Needs its secret" };
  if (preflight === null) return { shape: "dashed", tone: "pending", word: "Not tested yet" };
  if (preflight.finishedAt === null) return { shape: "quarter", tone: "moving", word: "Being tested" };
  return { shape: "triangle", tone: "danger", word: "Never passed a test" };
};

/** How a connection is: what the last probe found, or what it still waits for. */
export const ConnectionStanding = (standing: Standing) => {
  if (standing.probe) return <CmkHealthMark health={standing.probe.health} />;
  const { word, ...look } = waitsFor(standing);
  return <Mark {...look}>{word}</Mark>;
};
