import { expect, test } from "vitest";
import type { KeyView, VersionView } from "#lib/domain/key-view.ts";
import { holderOf, type KeyHolder } from "./key-holders.ts";
import { moveImpact } from "./move-impact.ts";

const VAULT: KeyHolder = {
  id: "c-vault",
  name: "own-vault",
  provider: "vault",
  custody: "customer",
  ready: true,
  health: "enabled",
};
const AWS: KeyHolder = { ...VAULT, id: "c-aws", name: "aws", provider: "aws" };

const version = (number: number, cmkId: string, more: Partial<VersionView> = {}): VersionView => ({
  number,
  state: "deactivated",
  current: false,
  deks: 5,
  cmk: { id: cmkId, version: "1" },
  rev: 1,
  wrapsReserved: 0,
  issued: 0,
  emptySince: null,
  createdAt: "",
  activatedAt: null,
  deactivatedAt: null,
  compromisedAt: null,
  destroyedAt: null,
  ...more,
});
const keyUnder = (cmkId: string): KeyView => ({
  id: "k",
  name: "default",
  status: "enabled",
  custody: "customer",
  provider: "vault",
  rev: 3,
  createdAt: "",
  versions: [
    version(1, cmkId, { state: "destroyed", deks: 0 }),
    version(2, cmkId),
    version(3, cmkId, { state: "active", current: true, deks: 2 }),
  ],
});

const said = (...given: Parameters<typeof moveImpact>) =>
  moveImpact(...given)
    .filter(Boolean)
    .join("\n");

test("a move names the versions that are wrapped anew, the requests, and that no record is touched", () => {
  const key = keyUnder("platform");
  expect(holderOf(key, [VAULT, AWS])).toBeNull();
  const text = said(key, null, VAULT);
  expect(text).toContain(
    "2 versions are opened under the platform’s CMK and wrapped anew under the CMK of own-vault",
  );
  expect(text).toContain("No record is touched: 7 records under this key keep their DEK");
  expect(text).toContain("At most 6 requests to the KMS");
  expect(text).toContain(
    "Whoever owns the CMK of own-vault can then end all access to this key, within 300\u00a0s.",
  );
  expect(text).not.toContain("When we last looked");
});

test("back to the platform it says what the tenant gives up, and a sick CMK at either side is named", () => {
  const key = keyUnder(VAULT.id);
  const holder = holderOf(key, [AWS, VAULT]);
  expect(holder?.name).toBe("own-vault");
  const shared = { ...VAULT, id: "c-shared", custody: "platform" as const };
  for (const to of [null, shared]) expect(said(key, holder, to)).toContain("the tenant cannot take it away");
  expect(said(key, { ...VAULT, health: "unreachable" }, { ...AWS, health: "disabled" })).toMatch(
    /the CMK of own-vault does not answer[^]*the CMK of aws is disabled/,
  );
});
