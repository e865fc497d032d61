import { expect, it } from "vitest";
import { readyLines } from "./ready-lines.ts";

it("says where people and applications go, how to sign in, and where the logs are", () => {
  const admin = { email: "ada@example.test", password: "abcde-fghij", generated: true };
  expect(
    readyLines({ port: 4600, keeperPort: 4601 }, { admin, dataDir: "/srv/keyfold" }).split("\n"),
  ).toEqual([
    "Keyfold is ready: http://localhost:4600",
    "Sign in as ada@example.test with the password abcde-fghij (it is shown this once).",
    "Applications use http://localhost:4601, which describes its API at /docs. The logs of the processes are in /srv/keyfold/logs.",
  ]);
});
