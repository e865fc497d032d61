import { Agent, request } from "node:http";

export type Answered = { ms: number; items: number };

const OK = Buffer.from('{"ok":true');

/** How many items of an answer went well. Counted in its bytes: to parse it would take the keeper's share of the machine. */
const countOk = (body: Buffer): number => {
  let count = 0;
  for (let at = body.indexOf(OK); at >= 0; at = body.indexOf(OK, at + OK.length)) count += 1;
  return count;
};

/** Sends one body again and again over a few connections, each of which waits for its answer. */
export const sendFor = async (
  { url, token, body }: { url: string; token: string; body: Buffer },
  { connections, ms }: { connections: number; ms: number },
): Promise<Answered[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": body.length,
  };
  const once = () =>
    new Promise<Answered>((resolve, reject) => {
      const began = performance.now();
      const call = request(url, { agent, method: "POST", headers }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const took = performance.now() - began;
          if (response.statusCode !== 200) reject(new Error(`The keeper answered ${response.statusCode}.`));
          else resolve({ ms: took, items: countOk(Buffer.concat(parts)) });
        });
      });
      call.on("error", reject);
      call.end(body);
    });
  const until = performance.now() + ms;
  const lanes = Array.from({ length: connections }, async () => {
    const answered: Answered[] = [];
    while (performance.now() < until) answered.push(await once());
    return answered;
  });
  try {
    return (await Promise.all(lanes)).flat();
  } finally {
    agent.destroy();
  }
};
