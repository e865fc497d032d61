/**
 * Why a job does not simply go on: `stopped` (somebody paused or cancelled it, another keeper has it, or this one
 * closes), `look-again` (the key was rotated or suspended meanwhile), `busy` (a foreground write held a row).
 */
export type HaltReason = "stopped" | "look-again" | "busy";

/** Thrown inside a job's transaction to roll it back and leave the work as it was. */
export class Halt extends Error {
  readonly reason: HaltReason;

  constructor(reason: HaltReason) {
    super(`The rewrap halts: ${reason}.`);
    this.reason = reason;
  }
}

/** The job cannot go on before something outside changes: its key, or what the KMS says. */
export class Blocked extends Error {
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(`The rewrap waits: ${code}.`, { cause });
    this.code = code;
  }
}
