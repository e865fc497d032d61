import type { Server, Socket } from "node:net";
import { createServer, connect as dial } from "node:net";

/** A way to the database that can be cut, politely or with a reset, and mended. */
export type CuttableWay = { url: string; cut(reset?: boolean): Promise<void>; mend(): Promise<void> };

/** A local port that leads to the database of `url`, and the URL that goes through it. */
export const createCuttableWay = async (url: string): Promise<CuttableWay> => {
  const to = new URL(url);
  const sockets = new Set<Socket>();
  let server: Server;
  const open = (port: number) =>
    new Promise<number>((resolve) => {
      server = createServer((socket) => {
        const onward = dial(Number(to.port), to.hostname);
        for (const end of [socket, onward]) {
          sockets.add(end);
          end.on("error", () => {}).on("close", () => sockets.delete(end));
        }
        socket.pipe(onward).pipe(socket);
      }).listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  const port = await open(0);
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.toString(),
    cut: async (reset = false) => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) {
        if (reset) socket.resetAndDestroy();
        else socket.destroy();
      }
      await closed;
    },
    mend: async () => {
      await open(port);
    },
  };
};
