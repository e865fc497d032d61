import { randomBytes, randomUUID } from "node:crypto";
import { type AwsKey, type AwsKeyOptions, createAwsKeys, openBlob, sealBlob } from "./aws-keys.ts";
import { type Clock, unixSeconds } from "./clock.ts";
import { createPermissions, permissionDoors } from "./permissions.ts";
import { type Answer, type Call, type Protocol, startEmulator } from "./server.ts";

type Body = Record<string, unknown>;
type Role = { externalId: string; mayAssume: string };

const ROTATIONS_MAX = 25;
const SESSION_S = 3600;

/** AWS KMS (JSON 1.1) and the two calls of STS that Keyfold makes, for one account in one region. */
export const startAws = (options: { port?: number; region?: string; account?: string } = {}) =>
  startEmulator(
    (clock) => buildAws(clock, options.region ?? "eu-central-1", options.account ?? "111122223333"),
    options,
  );

const buildAws = (clock: Clock, region: string, account: string) => {
  const keys = createAwsKeys(clock, `arn:aws:kms:${region}:${account}:key/`);
  const permissions = createPermissions(["AKIAEMULATOR"]);
  const roles = new Map<string, Role>();
  const sessions = new Map<string, { role: string; until: number }>();

  const assumeRole = (call: Call, caller: string): Answer => {
    const form = new URLSearchParams(call.body.toString("utf8"));
    const arn = form.get("RoleArn") ?? "";
    const role = roles.get(arn);
    if (role === undefined || role.mayAssume !== caller || role.externalId !== form.get("ExternalId")) {
      return stsError(
        403,
        "AccessDenied",
        `${caller} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      );
    }
    const id = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
    const until = clock.now().getTime() + SESSION_S * 1000;
    sessions.set(id, { role: arn, until });
    return xml(200, "AssumeRoleResponse", {
      AccessKeyId: id,
      SecretAccessKey: randomBytes(20).toString("hex"),
      SessionToken: randomBytes(24).toString("hex"),
      Expiration: new Date(until).toISOString(),
    });
  };

  /** Who signed: the access key's owner, or the role of a session. The signature itself is not checked. */
  const callerOf = (call: Call): string | Answer => {
    const id = /Credential=([^/]+)\//.exec(call.headers["authorization"] ?? "")?.[1] ?? "";
    const session = sessions.get(id);
    if (session === undefined) {
      return permissions.knows(id)
        ? id
        : failed(
            400,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
          );
    }
    if (session.until <= clock.now().getTime())
      return failed(400, "ExpiredTokenException", "The security token included in the request is expired");
    return session.role;
  };

  const answer = (call: Call, operation: string): Answer => {
    const caller = callerOf(call);
    if (typeof caller !== "string") return caller;
    if (!permissions.may(caller, operation)) {
      return failed(
        400,
        "AccessDeniedException",
        `User: ${caller} is not authorized to perform: kms:${operation}`,
      );
    }
    if (operation === "AssumeRole") return assumeRole(call, caller);
    if (operation === "GetCallerIdentity")
      return xml(200, "GetCallerIdentityResponse", { Account: account, Arn: caller });
    const body = JSON.parse(call.body.toString("utf8")) as Body;
    if (operation === "Decrypt") return decrypt(keys.openers(), keys.find, body);
    const key = keys.find(String(body["KeyId"]));
    if (key === undefined)
      return failed(400, "NotFoundException", `Key '${String(body["KeyId"])}' does not exist`);
    if (operation === "DescribeKey") return ok({ KeyMetadata: metadata(key, account) });
    if (operation === "ListKeyRotations")
      return ok({ Rotations: listRotations(key, body), Truncated: false });
    if (operation === "GetKeyPolicy") return ok({ Policy: key.policy, PolicyName: "default" });
    if (operation === "GetKeyRotationStatus") return ok(rotationStatus(key));
    const unusable = refuseState(key);
    if (unusable !== undefined) return unusable;
    if (operation === "Encrypt") return encrypt(key, body);
    if (operation === "RotateKeyOnDemand") {
      if (key.rotations >= ROTATIONS_MAX)
        return failed(400, "LimitExceededException", "The limit of on-demand rotations was reached.");
      key.rotations += 1;
      keys.addMaterial(key, "ON_DEMAND");
      return ok({ KeyId: key.arn });
    }
    return failed(400, "UnknownOperationException", `${operation} is not known.`);
  };

  const protocol: Protocol = { operationOf, answer, failure, spoil };
  return {
    protocol,
    doors: {
      ...permissionDoors(permissions),
      createKey: (input: AwsKeyOptions) => keys.create(input),
      rotate: keys.rotate,
      disable: (input: { keyId: string }) => keys.setState({ ...input, state: "Disabled" }),
      enable: (input: { keyId: string }) => keys.setState({ ...input, state: "Enabled" }),
      setState: keys.setState,
      scheduleDeletion: keys.scheduleDeletion,
      cancelDeletion: keys.cancelDeletion,
      setPolicy: keys.setPolicy,
      expireMaterial: keys.expireMaterial,
      destroy: keys.destroy,
      addCredential: (input: { accessKeyId: string }) => permissions.add(input.accessKeyId),
      addRole: (input: { roleArn: string; externalId: string; mayAssume: string }): void => {
        permissions.add(input.roleArn);
        roles.set(input.roleArn, { externalId: input.externalId, mayAssume: input.mayAssume });
      },
    },
  };
};

const operationOf = (call: Call): string => {
  const target = call.headers["x-amz-target"];
  if (target !== undefined) return target.slice(target.indexOf(".") + 1);
  return new URLSearchParams(call.body.toString("utf8")).get("Action") ?? "unknown";
};

const encrypt = (key: AwsKey, body: Body): Answer =>
  ok({
    CiphertextBlob: sealBlob(key, contextOf(body), bytesOf(body["Plaintext"])).toString("base64"),
    KeyId: key.arn,
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
  });

const decrypt = (all: readonly AwsKey[], find: (id: string) => AwsKey | undefined, body: Body): Answer => {
  const asked = find(String(body["KeyId"]));
  if (asked === undefined) return failed(400, "NotFoundException", "The key does not exist");
  const unusable = refuseState(asked);
  if (unusable !== undefined) return unusable;
  const opened = openBlob(all, contextOf(body), bytesOf(body["CiphertextBlob"]));
  if (opened.key === undefined) return failed(400, "InvalidCiphertextException", null);
  if (opened.key !== asked)
    return failed(
      400,
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  if (opened.plaintext === null) return failed(400, "InvalidCiphertextException", null);
  return ok({
    Plaintext: opened.plaintext.toString("base64"),
    KeyId: asked.arn,
    KeyMaterialId: opened.material.id,
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
  });
};

const refuseState = (key: AwsKey): Answer | undefined => {
  if (key.usage !== "ENCRYPT_DECRYPT")
    return failed(400, "InvalidKeyUsageException", `${key.arn} key usage is ${key.usage}`);
  if (key.state === "Enabled") return undefined;
  if (key.state === "Disabled") return failed(400, "DisabledException", `${key.arn} is disabled.`);
  const words = {
    PendingDeletion: "pending deletion",
    PendingImport: "pending import",
    Creating: "creating",
  };
  return failed(400, "KMSInvalidStateException", `${key.arn} is ${words[key.state]}.`);
};

const metadata = (key: AwsKey, account: string): Body => ({
  AWSAccountId: account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: unixSeconds(key.createdAt),
  Enabled: key.state === "Enabled",
  KeyUsage: key.usage,
  KeySpec: key.spec,
  KeyState: key.state,
  KeyManager: "CUSTOMER",
  ...(key.validTo === null
    ? { Origin: "AWS_KMS" }
    : {
        Origin: "EXTERNAL",
        ExpirationModel: "KEY_MATERIAL_EXPIRES",
        ValidTo: unixSeconds(key.validTo),
      }),
  MultiRegion: false,
  EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
  CurrentKeyMaterialId: key.materials.at(-1)?.id,
  ...(key.deletionAt === null ? {} : { DeletionDate: unixSeconds(key.deletionAt) }),
});

const listRotations = (key: AwsKey, body: Body): Body[] =>
  key.materials
    .filter(({ type }) => type !== null || body["IncludeKeyMaterial"] === "ALL_KEY_MATERIAL")
    .map(({ id, rotatedAt, type }) => ({
      KeyId: key.arn,
      KeyMaterialId: id,
      KeyMaterialState: id === key.materials.at(-1)?.id ? "CURRENT" : "NON_CURRENT",
      ...(type === null ? {} : { RotationDate: unixSeconds(rotatedAt), RotationType: type }),
    }));

const rotationStatus = (key: AwsKey): Body => ({
  KeyId: key.arn,
  KeyRotationEnabled: key.rotationPeriodDays !== null,
  ...(key.rotationPeriodDays === null ? {} : { RotationPeriodInDays: key.rotationPeriodDays }),
});

const failure: Protocol["failure"] = (kind) => {
  if (kind === "throttle")
    return failed(400, "ThrottlingException", "You have exceeded the rate at which you may call KMS.");
  return kind === "unavailable"
    ? failed(503, "ServiceUnavailableException", null)
    : failed(500, "KMSInternalException", null);
};

const spoil: Protocol["spoil"] = (answer, kind, operation) => {
  const body = answer.body as Body;
  if (operation === "DescribeKey") {
    const known = body["KeyMetadata"] as Body;
    const wrong =
      kind === "garbage" ? { KeyState: 17, Arn: "" } : { Arn: String(known["Arn"]).replace(/.{4}$/, "0000") };
    return { ...answer, body: { KeyMetadata: { ...known, ...wrong } } };
  }
  if (kind === "wrong-version")
    return { ...answer, body: { ...body, KeyId: String(body["KeyId"]).replace(/.{4}$/, "0000") } };
  if (operation === "Encrypt")
    return { ...answer, body: { ...body, CiphertextBlob: randomBytes(100).toString("base64") } };
  return { ...answer, body: { ...body, Plaintext: "", KeyId: "" } };
};

const ok = (body: Body): Answer => ({
  status: 200,
  headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
  body,
});

const failed = (status: number, type: string, message: string | null): Answer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
  body: { __type: type, ...(message === null ? {} : { message }) },
});

const stsError = (status: number, code: string, message: string): Answer =>
  xml(status, "ErrorResponse", { Code: code, Message: message, RequestId: randomUUID() });

const xml = (status: number, root: string, fields: Record<string, string>): Answer => ({
  status,
  headers: { "content-type": "text/xml" },
  text: `<${root}>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join("")}</${root}>`,
  body: undefined,
});

const contextOf = (body: Body): Record<string, string> =>
  (body["EncryptionContext"] as Record<string, string> | undefined) ?? {};

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === "string" ? value : "", "base64");
