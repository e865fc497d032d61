import { BlockList, isIP } from "node:net";

const IPV4_CLOSED: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // What Azure's platform answers from inside a machine.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

// All else outside of 2000::/3 is closed already: mapped, NAT64, unique local, link-local, multicast.
const IPV6_CLOSED: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const closedIpv4 = new BlockList();
for (const [network, bits] of IPV4_CLOSED) closedIpv4.addSubnet(network, bits, "ipv4");
const closedIpv6 = new BlockList();
for (const [network, bits] of IPV6_CLOSED) closedIpv6.addSubnet(network, bits, "ipv6");
const openIpv6 = new BlockList();
openIpv6.addSubnet("2000::", 3, "ipv6");

/** Is this the address of a host on the public internet, and of nothing behind or beside this machine? */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return !closedIpv4.check(address, "ipv4");
  // A zone id belongs to link-local addresses alone.
  if (family !== 6 || address.includes("%")) return false;
  return openIpv6.check(address, "ipv6") && !closedIpv6.check(address, "ipv6");
};

const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|invalid|test|example|onion)$/;

/** Could this name be a host on the public internet? Metadata services and names without a dot are not. */
export const isPublicName = (name: string): boolean =>
  name.includes(".") && !name.endsWith(".") && !LOCAL_NAME.test(name.toLowerCase());
