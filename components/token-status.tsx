import type { TokenStatus } from "#lib/domain/token-view.ts";
import { Badge } from "./ui/badge.tsx";

const TONES = { active: "active", expired: "neutral", revoked: "danger" } as const;

/** Whether a token still counts. */
export const TokenStatusBadge = ({ status }: { status: TokenStatus }) => (
  <Badge tone={TONES[status]}>{status}</Badge>
);
