import { describe, expect, it } from "vitest";
import { personPairs } from "#keeper/people/person-pairs.ts";
import vectors from "#lib/crypto/vectors/keyring.json" with { type: "json" };
import { hashToken } from "#lib/domain/token.ts";
import { TOKEN_TABLE, tokenPairs } from "./token-pairs.ts";

const [token, revoked, limited, owner] = vectors.grant_mac.positive;

describe("the pairs of a grant", () => {
  it("are those of the published vectors, for a token", async () => {
    const meaning = {
      tenant: "0190f3a0-b2c4-7def-8123-4567890000aa",
      id: "0190f3a0-b2c4-7def-8123-456789abce01",
      prefix: "0A1b2C3d",
      hash: await hashToken(token?.token ?? ""),
      scopes: ["records:write", "records:export", "records:read"],
      rateLimit: null,
      expiresAt: "2027-01-01T00:00:00.000Z",
      revokedAt: null,
      rev: 1,
    };
    expect(token).toMatchObject({ table: TOKEN_TABLE, pairs: tokenPairs(meaning) });
    const ended = { ...meaning, revokedAt: "2026-12-01T10:20:30.400Z", rev: 2 };
    expect(revoked).toMatchObject({ table: TOKEN_TABLE, pairs: tokenPairs(ended) });
    expect(limited).toMatchObject({
      table: TOKEN_TABLE,
      pairs: tokenPairs({ ...meaning, rateLimit: 50 }),
    });
    expect(Object.keys(tokenPairs(meaning))).not.toContain("rate_limit");
  });

  it("are those of the published vectors, for a person", () => {
    const row = { id: "0190f3a0-b2c4-7def-8123-456789abcb01" as never, role: "owner" as const, rev: 1 };
    expect(owner).toMatchObject({ table: "person", pairs: personPairs(row) });
  });
});
