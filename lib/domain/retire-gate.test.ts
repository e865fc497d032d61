import { describe, expect, it } from "vitest";
import { parseBackupRetention } from "./backup-retention.ts";
import type { HoldCode, VersionHolds } from "./retire-gate.ts";
import { backupsOverAt, refusalOf, retireHolds } from "./retire-gate.ts";

const FREE: VersionHolds = {
  state: "deactivated",
  current: false,
  deks: 0,
  issued: 0,
  emptySince: "2026-01-01T00:00:00.000Z",
  openJob: null,
  backupSeconds: 30 * 86_400,
  now: "2026-02-01T00:00:00.000Z",
};
const codes = (change: Partial<VersionHolds>) => retireHolds({ ...FREE, ...change }).map(({ code }) => code);

describe("the retire gate", () => {
  it("lets an empty version through whose backups have expired", () => {
    expect(codes({})).toEqual([]);
    expect(codes({ state: "compromised" })).toEqual([]);
    expect(codes({ now: "2026-01-31T00:00:00.000Z" })).toEqual([]);
  });

  it("names each reason alone, and all of them together", () => {
    expect(codes({ now: "2026-01-30T23:59:59.999Z" })).toEqual(["backup_running"]);
    expect(codes({ emptySince: null })).toEqual(["backup_running"]);
    expect(codes({ backupSeconds: null })).toEqual(["backup_unknown"]);
    expect(codes({ backupSeconds: 0, emptySince: null })).toEqual([]);
    expect(codes({ issued: 1 })).toEqual(["issued"]);
    expect(codes({ openJob: "0190f3a0-b2c4-7def-8123-456789abcdef" })).toEqual(["job"]);
    for (const state of ["pre-activation", "active", "suspended", "destroyed"] as const)
      expect(codes({ state }), state).toContain("state");
    const all = { state: "active", current: true, deks: 2, issued: 3, openJob: "j" } as const;
    expect(codes({ ...all, backupSeconds: null })).toEqual([
      "state",
      "current",
      "deks",
      "job",
      "issued",
      "backup_unknown",
    ]);
  });

  it("tells of wraps outside what their application can do, which is not the same under a compromised version", () => {
    const sentences = (state: "deactivated" | "compromised") =>
      retireHolds({ ...FREE, state, issued: 1 }).map(({ sentence }) => sentence);
    expect(sentences("deactivated")).toEqual([expect.stringContaining("through the rewrap call")]);
    expect(sentences("compromised")).toEqual([expect.stringContaining("encrypts those values anew")]);
    for (const state of ["deactivated", "compromised"] as const)
      expect(sentences(state)).toEqual([expect.stringMatching(/attest (then )?that none is left\.$/)]);
    const [, , held] = retireHolds({ ...FREE, state: "active", current: true, issued: 1 });
    expect(held?.sentence).toMatch(/through the rewrap call\.$/);
  });

  it("says when backups are over only when both ends of the clock are known", () => {
    expect(backupsOverAt(FREE.emptySince, 3600)).toBe("2026-01-01T01:00:00.000Z");
    expect(backupsOverAt(null, 3600)).toBeNull();
    expect(backupsOverAt(FREE.emptySince, null)).toBeNull();
  });
});

describe("the code of a refusal", () => {
  const SOFT: HoldCode[] = ["deks", "issued", "backup_unknown", "backup_running"];
  const HARD: HoldCode[] = ["state", "current", "job"];
  const refusal = (...codes: HoldCode[]) => refusalOf(codes.map((code) => ({ code })));

  it("is none when nothing holds the version", () => {
    expect(refusal()).toBeNull();
  });

  it("asks for approval when two people could accept every reason", () => {
    for (const code of SOFT) expect(refusal(code), code).toBe("APPROVAL_REQUIRED");
    expect(refusal(...SOFT)).toBe("APPROVAL_REQUIRED");
  });

  it("is INVALID_STATE when one of them ends only by itself, whatever stands beside it and in any order", () => {
    for (const hard of HARD) {
      expect(refusal(hard), hard).toBe("INVALID_STATE");
      for (const soft of SOFT) {
        expect(refusal(hard, soft), `${hard} ${soft}`).toBe("INVALID_STATE");
        expect(refusal(soft, hard), `${soft} ${hard}`).toBe("INVALID_STATE");
      }
    }
    expect(refusal(...HARD)).toBe("INVALID_STATE");
  });
});

describe("the retention of backups", () => {
  it("is read in hours, days and weeks; not set is unknown", () => {
    expect(["12h", "30d", "4w", "0d"].map(parseBackupRetention)).toEqual([43_200, 2_592_000, 2_419_200, 0]);
    expect([undefined, ""].map(parseBackupRetention)).toEqual([null, null]);
  });

  it("is refused when it could be misread", () => {
    for (const text of ["30", "d", "-1d", "1.5d", "30 d", "30D", "1e3d", "P30D", "never", "999999d"])
      expect(() => parseBackupRetention(text), text).toThrow("KEYFOLD_BACKUP_RETENTION");
  });
});
