import type { Actor } from "./audit-catalogue.ts";
import type { Role } from "./permissions.ts";

/** Who asks for something, with the role that decides whether they may. */
export type ActingActor = Actor & { role: Role };
