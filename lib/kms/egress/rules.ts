import { BlockList, isIP } from "node:net";
import { isPublicAddress, isPublicName } from "./address.ts";

/** A host or network that the operator opened, a private one too. */
export type Opened = {
  /** A host name, an address, or a network such as `10.1.0.0/16`. */
  to: string;
  /** The one port; any when it is not given. */
  port?: number;
  /** May it be asked over plain http? */
  plain?: boolean;
};

export type EgressRules = {
  /** May every public host be asked, over https on a port of `ports`? */
  publicHosts: boolean;
  /** When given, public hosts must end so, such as `.vault.azure.net`. */
  suffixes?: readonly string[];
  ports?: readonly number[];
  opened?: readonly Opened[];
};

export type Verdict =
  | { allowed: true; isAddressAllowed: (address: string) => boolean }
  | { allowed: false; why: string };

const HTTPS_PORT = 443;

/** May this address be asked at all? What its name resolves to is judged by `isAddressAllowed` at every connection. */
export const judgeUrl = (url: URL, rules: EgressRules): Verdict => {
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse("it is not https");
  if (url.username !== "" || url.password !== "") return refuse("it holds a user name or password");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? HTTPS_PORT : 80) : Number(url.port);
  const plain = url.protocol === "http:";
  const opened = (rules.opened ?? []).filter(
    (rule) => (rule.port === undefined || rule.port === port) && (!plain || rule.plain === true),
  );
  const byName = opened.some((rule) => rule.to.toLowerCase() === host.toLowerCase());
  const isOpenedAddress = (address: string): boolean => opened.some((rule) => covers(rule.to, address));
  if (byName) return { allowed: true, isAddressAllowed: () => true };
  if (isIP(host) !== 0 && isOpenedAddress(host)) return { allowed: true, isAddressAllowed: isOpenedAddress };
  const isPublicPort = (rules.ports ?? [HTTPS_PORT]).includes(port);
  const isPublicHost =
    !plain && rules.publicHosts && isPublicPort && hasSuffix(host, rules.suffixes) && isPublic(host);
  if (isPublicHost)
    return { allowed: true, isAddressAllowed: (a) => isPublicAddress(a) || isOpenedAddress(a) };
  const hasNetwork = opened.some((rule) => rule.to.includes("/"));
  if (isIP(host) === 0 && hasNetwork) return { allowed: true, isAddressAllowed: isOpenedAddress };
  return refuse(plain ? "it is not https" : "the operator has not opened this host and port");
};

const refuse = (why: string): Verdict => ({ allowed: false, why });

const isPublic = (host: string): boolean => (isIP(host) === 0 ? isPublicName(host) : isPublicAddress(host));

const hasSuffix = (host: string, suffixes: readonly string[] | undefined): boolean =>
  suffixes === undefined || suffixes.some((suffix) => host.toLowerCase().endsWith(suffix));

const covers = (to: string, address: string): boolean => {
  const [network = "", bits] = to.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(network) === 0 || isIP(address) !== isIP(network)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  return list.check(address, family);
};
