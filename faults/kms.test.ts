import { describe, expect, it } from "vitest";
import { runKmsGrid } from "./kms.ts";

describe("the faults of every KMS", () => {
  it("are each taken for what they are: try again, stop, or call somebody", async () => {
    const { result, problems } = await runKmsGrid(() => {});
    expect(problems).toEqual([]);
    expect(result).toEqual({ cells: 208, classified: 208, wrong: 0 });
  }, 180_000);
});
