import { DomainError } from "./errors.ts";

/** The setting of how long backups of the database are kept. */
export const KEYFOLD_BACKUP_RETENTION = "KEYFOLD_BACKUP_RETENTION";

const UNITS = { h: 3600, d: 86_400, w: 7 * 86_400 } as const;

/**
 * "30d", "12h" or "4w" in seconds; "0d" says that there are none. Not set is null: unknown, which never runs out.
 *
 * @throws `INVALID_INPUT` for anything else: a retention that was misread would let a version be destroyed too early.
 */
export const parseBackupRetention = (text: string | undefined): number | null => {
  if (text === undefined || text === "") return null;
  const [, count = "", unit = ""] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count === "") {
    throw new DomainError(
      "INVALID_INPUT",
      `${KEYFOLD_BACKUP_RETENTION} is "${text}": set it to how long backups of the database are kept, as 30d, 12h or 4w.`,
    );
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
};
