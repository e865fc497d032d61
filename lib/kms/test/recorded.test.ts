import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAwsAdapter } from "../aws.ts";
import { createAzureAdapter } from "../azure.ts";
import type { Egress } from "../egress/egress.ts";
import { createVaultAdapter } from "../vault.ts";
import { awsSubject, type AwsSubject, ROLE, SOURCE } from "./aws-subject.ts";
import { azureSubject, type AzureSubject, SECRET } from "./azure-subject.ts";
import { egressTo } from "./cloud-subject.ts";
import { gcpSubject, type GcpSubject } from "./gcp-subject.ts";
import { vaultSubject, type VaultSubject } from "./vault-subject.ts";

/** Answers that the providers' own documentation gives, each file with its source. */
const recorded = <T = Record<string, unknown>>(provider: string): Record<string, T> =>
  (
    JSON.parse(readFileSync(new URL(`recorded/${provider}.json`, import.meta.url), "utf8")) as {
      answers: Record<string, T>;
    }
  ).answers;

const ways: Egress[] = [];
const wayTo = (...given: Parameters<typeof egressTo>): Egress => {
  const way = egressTo(...given);
  ways.push(way);
  return way;
};
afterAll(() => {
  for (const way of ways) way.close();
});

const PAIRS = { tenant: "t_acme", purpose: "default" };
const KEK = new Uint8Array(32).fill(7);

describe("what AWS documents", () => {
  type Metadata = { KeyMetadata: { Arn: string } };
  const answers = recorded<Metadata>("aws");
  let subject: AwsSubject;
  beforeAll(async () => {
    subject = await awsSubject();
  });
  afterEach(() => subject.server.doors.clearFaults());
  afterAll(() => subject.close());

  const describeAs = async (name: string) => {
    const body = answers[name];
    if (!body) throw new Error(`There is no ${name}.`);
    const { server } = subject;
    server.doors.replay({ operation: "DescribeKey", status: 200, body });
    const __type = "UnsupportedOperationException";
    server.doors.replay({ operation: "ListKeyRotations", status: 400, body: { __type } });
    const auth = { kind: "role", ...ROLE, from: SOURCE } as const;
    const config = { keyArn: body.KeyMetadata.Arn, auth, endpoint: server.url };
    return (await createAwsAdapter(config, wayTo(server.url))).describe();
  };

  it("is understood of keys that wrap", async () => {
    const common = { health: "enabled", algorithm: "SYMMETRIC_DEFAULT", warnings: ["versions-hidden"] };
    expect(await describeAs("a key in a CloudHSM key store")).toMatchObject({
      ...common,
      protection: "hsm",
      origin: "provider",
      currentVersion: "1",
    });
    expect(await describeAs("a key in an external key store")).toMatchObject({
      ...common,
      protection: "external",
      origin: "external",
      currentVersion: "1",
    });
    expect(await describeAs("a multi-Region key")).toMatchObject({
      ...common,
      protection: "hsm",
      currentVersion: "0b7fd7ddbac6eef27907413567cad8c810e2883dc8a7534067a82ee1142fc1e6",
      versions: [{ createdAt: new Date(1_586_329_200_918) }],
    });
  });

  it.each(["an HMAC key", "an RSA key"])("is refused of %s", async (name) => {
    await expect(describeAs(name)).rejects.toMatchObject({ code: "KMS_MISCONFIGURED" });
  });
});

describe("what Azure documents", () => {
  const VERSION = "78deebed173b48e48f55abf87ed4cf71";
  type Key = { key: { kid: string }; attributes: object };
  let subject: AzureSubject;
  beforeAll(async () => {
    subject = await azureSubject();
  });
  afterEach(() => subject.server.doors.clearFaults());
  afterAll(() => subject.close());

  /** The vault of the documentation is the one that is asked. */
  const here = <T>(body: T): T =>
    JSON.parse(JSON.stringify(body).replaceAll("https://myvault.vault.azure.net", subject.server.url)) as T;
  const adapterOf = (keyName: string) => {
    const { url, ca } = subject.server;
    return createAzureAdapter(
      { vaultUrl: url, keyName, auth: SECRET, authorityHost: url },
      wayTo(url, { ca }),
    );
  };
  const replay = (operation: string, body: unknown) => {
    subject.server.doors.replay({ operation: "challenge", status: 401, headers: challenge(), body: {} });
    subject.server.doors.replay({ operation, status: 200, body: here(body) });
  };
  const challenge = () => ({
    "www-authenticate": `Bearer authorization="${subject.server.url}/11111111-2222-4333-8444-555555555555", resource="https://vault.azure.net"`,
  });
  const answers = () => recorded("azure");

  it("is understood of a key, with what is unsafe about it", async () => {
    const key = answers()["get"] as Key;
    replay("get", key);
    subject.server.doors.replay({
      operation: "list",
      status: 200,
      body: here({ value: [{ kid: key.key.kid, attributes: key.attributes }] }),
    });
    expect(await (await adapterOf("CreateSoftKeyTest")).describe()).toMatchObject({
      health: "enabled",
      protection: "software",
      currentVersion: VERSION,
      versions: [{ ref: { version: VERSION }, createdAt: new Date(1_493_942_451_000) }],
      warnings: expect.arrayContaining(["not-hsm", "purge-protection-off"]),
    });
  });

  it("is understood of an unwrapped key, and refused when it is of another", async () => {
    const { unwrapKey, wrapKey, get } = answers();
    const blob = Buffer.from((wrapKey as { value: string }).value, "base64url");
    const adapter = await adapterOf("sdktestkey");
    replay("unwrapKey", unwrapKey);
    const opened = await adapter.unwrap(blob, "0698c2156c1a4e1da5b6bab6f6422fd6", PAIRS);
    expect(Buffer.from(opened).toString("base64url")).toBe((unwrapKey as { value: string }).value);
    const other = await adapterOf("CreateSoftKeyTest");
    replay("get", get);
    replay("wrapKey", wrapKey);
    await expect(other.wrap(KEK, PAIRS)).rejects.toMatchObject({ code: "KMS_BAD_RESPONSE" });
  });
});

describe("what Vault documents", () => {
  const answers = recorded("vault");
  let subject: VaultSubject;
  beforeAll(async () => {
    subject = await vaultSubject("associated-data")();
  });
  afterEach(() => subject.server.doors.clearFaults());
  afterAll(() => subject.close());

  const adapter = () =>
    createVaultAdapter(
      {
        address: subject.server.url,
        mount: "transit",
        keyName: "foo",
        binding: "associated-data",
        auth: { kind: "approle", roleId: "keyfold", secretId: "s3cret" },
      },
      wayTo(subject.server.url),
    );
  const replay = (operation: string, status = 200, body = answers[operation]) =>
    subject.server.doors.replay({ operation, status, body });

  it("is understood of a key", async () => {
    replay("read");
    expect(await (await adapter()).describe()).toMatchObject({
      health: "enabled",
      algorithm: "aes256-gcm96",
      origin: "provider",
      currentVersion: "1",
      versions: [{ createdAt: new Date("2015-09-21T16:03:32.000Z") }],
      warnings: ["not-hsm"],
    });
  });

  it("is understood of what was encrypted and decrypted", async () => {
    const kms = await adapter();
    replay("read");
    replay("encrypt");
    const { blob, cmkVersion } = await kms.wrap(new TextEncoder().encode("x"), PAIRS);
    expect([Buffer.from(blob).toString(), cmkVersion]).toEqual([
      "vault:v1:XjsPWPjqPrBi1N2Ms2s1QM798YyFWnO4TR4lsFA=",
      "1",
    ]);
    replay("decrypt");
    expect(Buffer.from(await kms.unwrap(blob, "1", PAIRS)).toString()).toBe("the quick brown fox\n");
  });

  it.each([
    [403, "KMS_ACCESS_DENIED"],
    [429, "KMS_THROTTLED"],
    [500, "KMS_UNAVAILABLE"],
    [503, "KMS_UNAVAILABLE"],
  ])("is understood of an error with status %i", async (status, code) => {
    replay("read", status, answers["error"]);
    // A refused token is renewed once.
    if (status === 403) replay("read", status, answers["error"]);
    await expect((await adapter()).describe()).rejects.toMatchObject({ code });
  });
});

describe("what Google documents", () => {
  const answers = recorded("gcp");
  let subject: GcpSubject;
  beforeAll(async () => {
    subject = await gcpSubject();
  });
  afterEach(() => subject.server.doors.clearFaults());
  afterAll(() => subject.close());

  it("is understood of a quota that is used up", async () => {
    subject.server.doors.replay({ operation: "get", status: 429, body: answers["RESOURCE_EXHAUSTED"] });
    await expect(subject.adapter.describe()).rejects.toMatchObject({ code: "KMS_THROTTLED" });
  });
});
