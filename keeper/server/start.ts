import type { AddressInfo } from "node:net";
import { DomainError } from "#lib/domain/errors.ts";
import type { Keeper } from "../keeper.ts";
import { createDataPlane } from "../records/data-plane.ts";
import { createApp } from "./create-app.ts";

const CLOSE_MS_MAX = 5_000;

export type ServerOptions = { host?: string; port?: number };

export const serverDefaults = (): Required<ServerOptions> => ({
  host: process.env.KEEPER_HOST ?? "127.0.0.1",
  port: Number(process.env.KEEPER_PORT ?? 3100),
});

/** Says of a taken port what to do about it. */
export const portInUse = (error: unknown, port: number): unknown =>
  error instanceof Error && "code" in error && error.code === "EADDRINUSE"
    ? new DomainError("INVALID_STATE", `Port ${port} is in use: set KEEPER_PORT to another.`, {
        cause: error,
      })
    : error;

/**
 * Serves the data plane. `close` takes no new connections, lets requests finish for at most five seconds, and then
 * writes the windows of data access.
 */
export const startServer = async (
  keeper: Keeper,
  options: ServerOptions = {},
): Promise<{ url: string; close(): Promise<void> }> => {
  const { host, port } = { ...serverDefaults(), ...options };
  const plane = createDataPlane(keeper);
  const app = createApp(plane);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await plane.close();
    throw portInUse(error, port);
  }
  const { port: bound } = app.server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  keeper.log.info({ host, port: bound }, "the data plane is served");
  return {
    url,
    close: async () => {
      const hangUp = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS_MAX);
      await app.close();
      clearTimeout(hangUp);
      await plane.close();
    },
  };
};
