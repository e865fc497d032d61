import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const OID_ECDSA_SHA256 = "2a8648ce3d040302";
const OID_COMMON_NAME = "550403";
const OID_SUBJECT_ALT_NAME = "551d11";
const OID_BASIC_CONSTRAINTS = "551d13";
const DAY_MS = 86_400_000;

/** A self-signed certificate for 127.0.0.1 and localhost, made at the start and kept nowhere (RFC 5280). */
export const makeCertificate = (): { key: string; cert: string } => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(OID_ECDSA_SHA256));
  const name = sequence(set(sequence(oid(OID_COMMON_NAME), tagged(0x0c, Buffer.from("keyfold emulator")))));
  const validity = sequence(time(Date.now() - DAY_MS), time(Date.now() + 30 * DAY_MS));
  const addresses = sequence(
    tagged(0x82, Buffer.from("localhost")),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const extensions = tagged(
    0xa3,
    sequence(
      sequence(oid(OID_BASIC_CONSTRAINTS), tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff]))))),
      sequence(oid(OID_SUBJECT_ALT_NAME), tagged(0x04, addresses)),
    ),
  );
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    extensions,
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
};

const tagged = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), length(content.length), content]);

const length = (bytes: number): Buffer =>
  bytes < 0x80
    ? Buffer.from([bytes])
    : bytes < 0x100
      ? Buffer.from([0x81, bytes])
      : Buffer.from([0x82, bytes >> 8, bytes & 0xff]);

const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts));
const set = (part: Buffer): Buffer => tagged(0x31, part);
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, "hex"));

const time = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
};
