import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";

const home = mkdtempSync(join(tmpdir(), "keyfold-cluster-"));
chmodSync(home, 0o755);
const dataDir = join(home, "data");
const settings = ["fsync=off"];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ dataDir, settings });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(home, { recursive: true, force: true });
});

const ask = async <T>(url: string, text: string): Promise<T> => {
  const sql = postgres(url, { max: 1, connect_timeout: 5 });
  try {
    const [row] = await sql.unsafe(text);
    return row as T;
  } finally {
    await sql.end({ timeout: 1 });
  }
};

describe("an embedded PostgreSQL", () => {
  it("has the database keyfold in UTF-8 with an order that no operating system changes, checksums and UTC", async () => {
    const row = await ask(
      cluster.superuserUrl,
      `select current_database() db, pg_encoding_to_char(encoding) encoding, datlocprovider::text || ':' || datlocale locale,
        current_setting('data_checksums') checksums, current_setting('TimeZone') zone
      from pg_database where datname = current_database()`,
    );
    expect(row).toEqual({
      db: "keyfold",
      encoding: "UTF8",
      locale: "b:C.UTF-8",
      checksums: "on",
      zone: "UTC",
    });
  });

  it("listens on loopback alone, without a socket in the file system", async () => {
    const row = await ask(
      cluster.superuserUrl,
      "select current_setting('listen_addresses') a, current_setting('unix_socket_directories') s",
    );
    expect(row).toEqual({ a: "127.0.0.1", s: "" });
  });

  it("asks every client for the password", async () => {
    const url = new URL(cluster.superuserUrl);
    url.password = "wrong";
    await expect(ask(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("keeps the superuser's URL for its owner's eyes", () => {
    const file = join(dataDir, "superuser.url");
    expect(readFileSync(file, "utf8").trim()).toBe(cluster.superuserUrl);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("keeps data, port and password over a stop, and tells of its end", async () => {
    const { superuserUrl, exited } = cluster;
    await ask(superuserUrl, "create table if not exists kept as select 7 as n");
    await cluster.stop();
    await exited;
    await expect(ask(superuserUrl, "select 1")).rejects.toThrow();
    cluster = await startCluster({ dataDir, settings });
    expect(cluster.superuserUrl).toBe(superuserUrl);
    expect(await ask(superuserUrl, "select n from kept")).toEqual({ n: 7 });
  });

  it("comes back after its server was killed", async () => {
    const pid = Number(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
    process.kill(pid, "SIGKILL");
    await cluster.exited;
    cluster = await startCluster({ dataDir, settings });
    expect(await ask(cluster.superuserUrl, "select n from kept")).toEqual({ n: 7 });
  });

  it("gives a new superuser's password when the file with it is gone", async () => {
    const before = cluster.superuserUrl;
    await cluster.stop();
    rmSync(join(dataDir, "superuser.url"));
    cluster = await startCluster({ dataDir, settings });
    expect(new URL(cluster.superuserUrl).password).not.toBe(new URL(before).password);
    expect(await ask(cluster.superuserUrl, "select n from kept")).toEqual({ n: 7 });
  });
});
