import { Refusal } from "./paths.mjs";

const portFrom = (env, name, fallback) => {
  const text = env[name] || String(fallback);
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Refusal(`${name} is "${text}": set it to a port from 1 to 65535.`);
};

/** The two ports that a start listens on, as its environment for what it starts: set there, and known to be ports. */
export const portsFrom = (env) => {
  const port = portFrom(env, "PORT", 3000);
  const keeperPort = portFrom(env, "KEEPER_PORT", 3100);
  if (port === keeperPort)
    throw new Refusal(`PORT and KEEPER_PORT are both ${port}: set one of them to another port.`);
  return { PORT: String(port), KEEPER_PORT: String(keeperPort) };
};
