import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUuid } from "#lib/crypto/uuid.ts";
import type { KmsSubject } from "../../conformance.ts";
import { createVaultAdapter } from "../../vault.ts";
import { egressTo } from "../cloud-subject.ts";
import { type Implementation, Skipped } from "./implementation.ts";
import { findProgram, firstLine, freePort, startServer, untilReady } from "./process.ts";

const TOKEN = "root";

/** The transit engine of a real server in its development mode: `bao` or `vault`, where one is on the PATH. */
export const transit = (name: "openbao" | "hashicorp-vault", program: "bao" | "vault"): Implementation => ({
  name,
  knownGaps: {},
  start: async () => {
    const path = await findProgram(program);
    if (path === null) throw new Skipped(`there is no ${program} on the PATH`);
    const url = `http://127.0.0.1:${await freePort()}`;
    const home = await mkdtemp(join(tmpdir(), "keyfold-transit-"));
    const parameters = [
      "server",
      "-dev",
      `-dev-root-token-id=${TOKEN}`,
      `-dev-listen-address=${new URL(url).host}`,
      "-dev-no-store-token",
    ];
    const server = startServer(path, parameters, { HOME: home });
    const post = async (way: string, body: object): Promise<void> => {
      const answer = await fetch(`${url}/v1/${way}`, {
        method: "POST",
        headers: { "x-vault-token": TOKEN },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${way}: ${answer.status} ${await answer.text()}`);
    };
    const close = async (): Promise<void> => {
      await server.close();
      await rm(home, { recursive: true, force: true });
    };
    try {
      await untilReady(() => post("sys/mounts/transit", { type: "transit" }));
    } catch (error) {
      await close();
      throw error;
    }
    const makeSubject = async (): Promise<KmsSubject> => {
      const egress = egressTo(url);
      const adapterOf = (keyName: string) =>
        createVaultAdapter(
          {
            address: url,
            mount: "transit",
            keyName,
            binding: "context",
            auth: { kind: "token", token: TOKEN },
          },
          egress,
        );
      const [keyName, otherName] = [newUuid(), newUuid()];
      for (const one of [keyName, otherName]) await post(`transit/keys/${one}`, { derived: true });
      return {
        adapter: await adapterOf(keyName),
        other: await adapterOf(otherName),
        missing: await adapterOf(newUuid()),
        close: async () => egress.close(),
      };
    };
    return { version: await firstLine(path, ["version"]), makeSubject, close };
  },
});
