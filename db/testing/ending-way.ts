import type { Socket } from "node:net";
import { createServer, connect as dial } from "node:net";

/** A way to the database on which connections end while they are being made. */
export type EndingWay = {
  url: string;
  /** The next connections end after so many of the server's messages; `null`: none does. */
  endAfter(messages: number | null, how?: "end" | "reset"): void;
  close(): Promise<void>;
};

/** Reads the server's messages: the type of one byte, and its length with itself. */
const splitMessages = () => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): Buffer[] => {
    rest = Buffer.concat([rest, chunk]);
    const whole: Buffer[] = [];
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1);
      whole.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return whole;
  };
};

/** A local port that leads to the database of `url`, and the URL that goes through it. */
export const createEndingWay = async (url: string): Promise<EndingWay> => {
  const to = new URL(url);
  const sockets = new Set<Socket>();
  let rule: { messages: number | null; how: "end" | "reset" } = { messages: null, how: "end" };
  const server = createServer((socket) => {
    const { messages, how } = rule;
    const onward = dial(Number(to.port), to.hostname);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on("error", () => {}).on("close", () => sockets.delete(end));
    }
    const split = splitMessages();
    let passed = 0;
    const stop = () => {
      onward.destroy();
      if (how === "reset") socket.resetAndDestroy();
      else socket.end();
    };
    socket.on("close", () => onward.destroy());
    onward.on("close", () => socket.end());
    socket.pipe(onward, { end: false });
    if (messages === 0) stop();
    onward.on("data", (chunk: Buffer) => {
      for (const message of split(chunk)) {
        if (messages !== null && passed >= messages) return;
        socket.write(message);
        passed += 1;
        if (passed === messages) stop();
      }
    });
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.toString(),
    endAfter: (messages, how = "end") => {
      rule = { messages, how };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
