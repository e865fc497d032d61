import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { CmkHealthMark } from "./key-state.tsx";
import { Mark } from "./ui/mark.tsx";

type Standing = Pick<ConnectionView, "probe" | "secretField" | "secretRevision">;

/** How a connection is: what the last probe found, or what it still waits for. */
export const ConnectionStanding = ({ probe, secretField, secretRevision }: Standing) => {
  if (probe) return <CmkHealthMark health={probe.health} />;
  return (
    <Mark shape="dashed" tone="pending">
      {secretField !== null && secretRevision === 0 ? "Needs its secret" : "Not tested yet"}
    </Mark>
  );
};
