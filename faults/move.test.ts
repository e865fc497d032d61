import { describe, expect, inject, it } from "vitest";
import { type Move, problemsOf, runMove } from "./move.ts";

describe("a tenant that moves from the local KMS to AWS and on to Azure", () => {
  it("is asked for at most three calls a version and none a record, and every record opens after each move", async () => {
    const { result, problems } = await runMove({
      superuserUrl: inject("superuserUrl"),
      records: 300,
      versions: 3,
      say: () => {},
    });
    expect(problems).toEqual([]);
    const [toAws, toAzure] = result.moves;
    expect(toAws).toMatchObject({
      kms_calls: { Encrypt: 3, Decrypt: 3 },
      per_version: 2,
      opened: 300,
      touched: 0,
      opening_calls: { Decrypt: 3 },
    });
    expect(toAzure).toMatchObject({
      kms_calls: { Decrypt: 3, get: 3, wrapKey: 3 },
      per_version: 3,
      opened: 300,
      touched: 0,
      opening_calls: { unwrapKey: 3 },
    });
  }, 120_000);
});

describe("a run of it fails", () => {
  const good: Move = {
    from: "local",
    to: "aws-kms",
    kms_calls: { Encrypt: 2, Decrypt: 2 },
    logins: 1,
    per_version: 2,
    touched: 0,
    opened: 10,
    opening_calls: { Decrypt: 2 },
    seconds: 1,
  };
  it.each([
    ["a record does not open", { opened: 9 }],
    ["a row was written", { touched: 1 }],
    ["a version took more than three calls", { per_version: 3.5 }],
    ["nothing was counted", { kms_calls: {}, per_version: 0 }],
    ["opening asked for each record", { opening_calls: { Decrypt: 10 } }],
  ])("when %s", (_, wrong) => {
    expect(problemsOf({ records: 10, versions: 2, moves: [good] })).toEqual([]);
    expect(problemsOf({ records: 10, versions: 2, moves: [{ ...good, ...wrong }] })).toHaveLength(1);
  });
  it("when it moved nothing", () => {
    expect(problemsOf({ records: 10, versions: 2, moves: [] })).toEqual(["nothing was moved"]);
  });
});
