import { describe, expect, inject, it } from "vitest";
import { runMove } from "./move.ts";

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
