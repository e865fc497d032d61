import type { Opened } from "../egress/rules.ts";
import { type Given, refuseSetting } from "./setting.ts";

const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * An address that the operator gave: https, or plain http to this machine alone.
 *
 * @throws `INVALID_INPUT` with a sentence that names the setting; it repeats no value, which may hold a password.
 */
export const checkedAddress = ({ value, from }: Given, { path = false } = {}): URL => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol))
    return refuseSetting(`${from} must be an address, such as https://kms.example.com.`);
  if (url.username || url.password || url.search || url.hash || (!path && url.pathname !== "/"))
    return refuseSetting(`${from} must be an address alone: no user, path or query.`);
  if (url.protocol === "http:" && !THIS_MACHINE.test(url.hostname))
    return refuseSetting(`${from} must be https: plain http is for a server on this machine alone.`);
  return url;
};

/** The rule that lets requests out to this address, wherever its name leads: the operator has chosen it. */
export const openedTo = (url: URL): Opened => {
  const plain = url.protocol === "http:";
  const port = Number(url.port || (plain ? 80 : 443));
  return { to: url.hostname.replace(/^\[|\]$/g, ""), port, plain };
};
