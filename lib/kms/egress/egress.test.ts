import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startAzure } from "#emulators/azure.ts";
import { isPublicAddress } from "./address.ts";
import { createEgress, type EgressOptions } from "./egress.ts";
import { judgeUrl } from "./rules.ts";

const PUBLIC = { publicHosts: true } as const;

const REFUSED_HOSTS = [
  "127.0.0.1",
  "127.1",
  "127.255.255.254",
  "0.0.0.0",
  "0",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "017700000001",
  "127.0.0.1.",
  "10.0.0.1",
  "10.255.255.255",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "100.64.0.1",
  "100.100.100.200",
  "169.254.169.254",
  "0xa9fea9fe",
  "2852039166",
  "169.254.170.2",
  "168.63.129.16",
  "192.0.0.192",
  "192.0.2.1",
  "192.88.99.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "255.255.255.255",
  "[::]",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:8.8.8.8]",
  "[::ffff:0:127.0.0.1]",
  "[::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b::808:808]",
  "[64:ff9b:1::1]",
  "[100::1]",
  "[2001::1]",
  "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
  "[2001:10::1]",
  "[2001:db8::1]",
  "[2002:7f00:1::1]",
  "[2002:808:808::1]",
  "[3fff::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "[fec0::1]",
  "[ff02::1]",
  "localhost",
  "LOCALHOST",
  "localhost.",
  "app.localhost",
  "metadata",
  "metadata.google.internal",
  "METADATA.GOOGLE.INTERNAL",
  "instance-data.ec2.internal",
  "kubernetes.default.svc.cluster.local",
  "vault",
  "printer.local",
  "router.lan",
  "wiki.intranet",
  "nas.home.arpa",
  "x.test",
  "x.invalid",
  "hidden.onion",
  "１２７.０.０.１",
  "①②⑦.⓪.⓪.①",
  "loc%61lhost",
  "127。0。0。1",
];

const REFUSED_URLS = [
  ...REFUSED_HOSTS.map((host) => `https://${host}/`),
  ...REFUSED_HOSTS.slice(0, 20).map((host) => `http://${host}/`),
  "http://vault.example.com/",
  "https://vault.example.com:8200/",
  "https://vault.example.com:22/",
  "https://user@vault.example.com/",
  "https://user:secret@vault.example.com/",
  "https://vault.example.com@127.0.0.1/",
  "https://127.0.0.1#@vault.example.com/",
  "https://127.0.0.1?@vault.example.com/",
  "https://127.0.0.1\\@vault.example.com/",
  "https://vault.example.com:443@127.0.0.1/",
  "https://127.0.0.1%23@vault.example.com/",
  "ftp://vault.example.com/",
  "file:///etc/passwd",
  "gopher://vault.example.com:70/",
  "data:text/plain,hello",
  "ws://vault.example.com/",
  "unix:/var/run/docker.sock",
  "https:127.0.0.1",
  "https:\t//127.0.0.1/",
  "https://127.0.0.1\r\nHost: vault.example.com/",
];

let closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

const egressOf = (options: EgressOptions) => {
  const egress = createEgress(options);
  closers.push(egress.close);
  return egress;
};

const serve = async (listener: RequestListener): Promise<{ server: Server; url: URL; port: number }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: new URL(`http://127.0.0.1:${port}/`) };
};

const opened = (port: number) => ({
  publicHosts: false,
  opened: [{ to: "127.0.0.1", port, plain: true }],
});

const failureOf = async (call: Promise<unknown>): Promise<unknown> => {
  const thrown = await call.then(
    () => "no error",
    (error: unknown) => error,
  );
  return thrown instanceof Error && "answer" in thrown ? thrown.answer : thrown;
};

describe("an address that a tenant gives", () => {
  it(`is refused, or is no address: ${REFUSED_URLS.length} of them`, async () => {
    expect(REFUSED_URLS.length).toBeGreaterThanOrEqual(110);
    const egress = egressOf({ rules: PUBLIC, resolve: async () => [] });
    const passed: string[] = [];
    for (const text of REFUSED_URLS) {
      const url = URL.parse(text);
      if (url === null) continue;
      const failure = await failureOf(egress.send({ method: "GET", url }));
      if (JSON.stringify(failure) !== '{"code":"egress:refused"}') passed.push(`${text} is ${url.href}`);
    }
    expect(passed).toEqual([]);
  });

  it.each(["https://vault.example.com/", "https://8.8.8.8/", "https://[2606:4700:4700::1111]/"])(
    "is asked when it is public: %s",
    (text) => expect(judgeUrl(new URL(text), PUBLIC).allowed).toBe(true),
  );

  it("must have one of the endings, where they are told", () => {
    const rules = { ...PUBLIC, suffixes: [".vault.azure.net"] };
    expect(judgeUrl(new URL("https://a.vault.azure.net/"), rules).allowed).toBe(true);
    expect(judgeUrl(new URL("https://a.vault.azure.net.evil.example/"), rules).allowed).toBe(false);
    expect(judgeUrl(new URL("https://evilvault.azure.net/"), rules).allowed).toBe(false);
  });

  it.each(["10.1.2.3", "::ffff:10.1.2.3", "fe80::1%eth0", "nonsense", ""])("%s is not public", (address) =>
    expect(isPublicAddress(address)).toBe(false),
  );
});

describe("a name", () => {
  const answering = (...addresses: string[]) => ({
    rules: PUBLIC,
    resolve: async () => addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
  });

  it.each([
    [["127.0.0.1"]],
    [["8.8.8.8", "10.0.0.1"]],
    [["::ffff:127.0.0.1"]],
    [["64:ff9b::a9fe:a9fe"]],
    [["2606:4700:4700::1111", "fd00::1"]],
  ])("is refused when any of its addresses is not public: %j", async (addresses) => {
    const egress = egressOf(answering(...addresses));
    const url = new URL("https://vault.example.com/");
    expect(await failureOf(egress.send({ method: "GET", url }))).toEqual({ code: "egress:refused" });
  });

  it("that turns to another address between two requests is refused at the second", async () => {
    const { port, server } = await serve((_, response) => response.end("{}"));
    const answers = ["127.0.0.1", "169.254.169.254"];
    const egress = egressOf({
      rules: { publicHosts: false, opened: [{ to: "127.0.0.0/8", port, plain: true }] },
      resolve: async () => [{ address: answers.shift() ?? "", family: 4 }],
    });
    const url = new URL(`http://rebinding.example.com:${port}/`);
    expect((await egress.send({ method: "GET", url })).status).toBe(200);
    server.closeAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await failureOf(egress.send({ method: "GET", url }))).toEqual({ code: "egress:refused" });
  });

  it("that is not known says so, and no more", async () => {
    const missing = Object.assign(new Error("getaddrinfo ENOTFOUND secret.example.com"), {
      code: "ENOTFOUND",
    });
    const egress = egressOf({ rules: PUBLIC, resolve: () => Promise.reject(missing) });
    const call = egress.send({ method: "GET", url: new URL("https://secret.example.com/") });
    await expect(call).rejects.toMatchObject({
      code: "KMS_MISCONFIGURED",
      answer: { code: "egress:unresolved" },
      message: expect.not.stringContaining("secret.example.com"),
    });
  });
});

describe("what the operator opened", () => {
  it("is asked, on its port alone, over plain http only where that was opened too", async () => {
    const { port, url } = await serve((_, response) => response.end("{}"));
    expect((await egressOf({ rules: opened(port) }).send({ method: "GET", url })).status).toBe(200);
    const rules = [
      opened(port + 1),
      { publicHosts: true, opened: [{ to: "127.0.0.1", port }] },
      { publicHosts: true, opened: [{ to: "10.0.0.0/8", port, plain: true }] },
    ];
    for (const one of rules)
      expect(await failureOf(egressOf({ rules: one }).send({ method: "GET", url }))).toEqual({
        code: "egress:refused",
      });
  });
});

describe("an answer", () => {
  it("that is a redirect is not followed", async () => {
    const { port, url } = await serve((_, response) => {
      response.writeHead(307, { location: "http://169.254.169.254/" }).end();
    });
    const egress = egressOf({ rules: opened(port) });
    expect(await failureOf(egress.send({ method: "GET", url }))).toEqual({ code: "egress:refused" });
  });

  it("is taken up to its limit, with or without a length", async () => {
    const { port, url } = await serve((request, response) => {
      const bytes = Number(request.headers["x-bytes"]);
      if (request.headers["x-chunked"]) response.write("x");
      response.end("x".repeat(bytes - (request.headers["x-chunked"] ? 1 : 0)));
    });
    const egress = egressOf({ rules: opened(port), answerBytesMax: 1000 });
    const kinds: Record<string, string>[] = [{}, { "x-chunked": "1" }];
    for (const chunked of kinds) {
      const ask = (bytes: number) =>
        egress.send({ method: "GET", url, headers: { "x-bytes": String(bytes), ...chunked } });
      expect((await ask(1000)).body).toHaveLength(1000);
      expect(await failureOf(ask(1001))).toEqual({ code: "egress:bad-answer" });
    }
  });

  it("in an encoding is not unfolded", async () => {
    const { port, url } = await serve((request, response) => {
      expect(request.headers["accept-encoding"]).toBe("identity");
      response.writeHead(200, { "content-encoding": "br" }).end("x");
    });
    const egress = egressOf({ rules: opened(port) });
    expect(await failureOf(egress.send({ method: "GET", url }))).toEqual({ code: "egress:bad-answer" });
  });

  it("that does not come is waited for as long as was said", async () => {
    const { port, url } = await serve(() => {});
    const egress = egressOf({ rules: opened(port), totalTimeoutMs: 100 });
    expect(await failureOf(egress.send({ method: "GET", url }))).toEqual({ code: "egress:timeout" });
    const caller = new AbortController();
    const call = egress.send({ method: "GET", url, signal: caller.signal });
    caller.abort(new Error("gone"));
    await expect(call).rejects.toThrow("gone");
  });

  it("that nobody gives is unreachable", async () => {
    const { port, url, server } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    const egress = egressOf({ rules: opened(port) });
    expect(await failureOf(egress.send({ method: "GET", url }))).toEqual({ code: "egress:unreachable" });
  });

  it("is believed under an authority that the connection trusts, and under no other", async () => {
    const server = await startAzure();
    closers.push(server.close);
    const url = new URL(`${server.url}/keys/x`);
    const rules = { publicHosts: false, opened: [{ to: "127.0.0.1", port: Number(url.port) }] };
    const trusting = egressOf({ rules, ca: server.ca });
    expect((await trusting.send({ method: "GET", url })).status).toBe(401);
    const strict = egressOf({ rules });
    expect(await failureOf(strict.send({ method: "GET", url }))).toEqual({ code: "egress:tls" });
  });
});
