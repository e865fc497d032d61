import { expect, it } from "vitest";
import { problemsOf } from "./check-fields.ts";

const AWS = { provider: "aws", access: "role", name: "aws" };
const ROLE = "arn:aws:iam::111122223333:role/keyfold";
const KEY = "arn:aws:kms:eu-central-1:111122223333:key/0190f3a0-b2c4-7def-8123-456789abcdef";

it("finds nothing wrong with a whole form", () => {
  expect(problemsOf({ ...AWS, keyArn: KEY, roleArn: ROLE })).toEqual({});
  const vault = { provider: "vault", access: "approle", name: "v1", roleId: "r", keyName: "k" };
  expect(problemsOf({ ...vault, address: "https://vault.example.com:8200" })).toEqual({});
});

it("names each field by what is wrong with it", () => {
  expect(problemsOf({ ...AWS, name: "A" })).toEqual({
    name: [expect.stringContaining("at least 2")],
    keyArn: ["is needed"],
    roleArn: ["is needed"],
  });
  expect(problemsOf({ ...AWS, keyArn: "arn:aws:kms:eu-central-1:1:alias/x", roleArn: ROLE }).keyArn).toEqual([
    expect.stringContaining("is an alias"),
  ]);
  const azure = { provider: "azure", access: "federated", name: "az", keyName: "k" };
  expect(Object.keys(problemsOf({ ...azure, vaultUrl: "https://evil.example" }))).toEqual([
    "vaultUrl",
    "directoryId",
    "clientId",
  ]);
});
