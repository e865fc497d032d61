import { isPortFree } from "#cli/embedded/free-port.ts";
import { DomainError } from "#lib/domain/errors.ts";
import type { Settings } from "./settings.ts";

/** Refuses to start on a port that something else listens on. */
export const checkPorts = async ({ port, keeperPort }: Settings): Promise<void> => {
  const wanted = [
    ["PORT", port],
    ["KEEPER_PORT", keeperPort],
  ] as const;
  for (const [name, number] of wanted) {
    if (!(await isPortFree(number))) {
      throw new DomainError(
        "CONFLICT",
        `Port ${number} is in use: stop what uses it, or set ${name} to another port.`,
      );
    }
  }
};
