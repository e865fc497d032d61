import { expect, it } from "vitest";
import { ConnectionConfig } from "#lib/domain/connection.ts";
import { PROVIDER_FORMS } from "./fields.ts";
import { shownFields } from "./shown-fields.ts";

const VAULT = { provider: "vault", access: "approle", roleId: "keyfold", keyName: "cmk" } as const;

it("shows what was typed by the names of the form, and none by the name it has in the code", () => {
  const config = ConnectionConfig.parse({
    ...VAULT,
    address: "https://vault.example.com",
    namespace: "team",
  });
  expect(shownFields("vault", config as Record<string, string>)).toEqual([
    { label: "Address", value: "https://vault.example.com", isWord: false },
    { label: "Transit mount", value: "transit", isWord: false },
    { label: "Key name", value: "cmk", isWord: false },
    { label: "Namespace", value: "team", isWord: false },
    { label: "Role id", value: "keyfold", isWord: false },
    { label: "Bound to its tenant by", value: "the key’s context", isWord: true },
    { label: "Way in", value: "An AppRole", isWord: true },
  ]);
});

it("has a label for all that a connection of any kind keeps", () => {
  const [aws, azure, gcp, vault] = ConnectionConfig.options;
  for (const { shape } of [...aws.options, ...azure.options, ...gcp.options, ...vault.options]) {
    const provider = shape.provider.value;
    const access = shape.access.value;
    const names = Object.keys(shape).filter((name) => name !== "provider");
    const config = Object.fromEntries(names.map((name) => [name, name === "access" ? access : "x"]));
    expect(shownFields(provider, config), `${provider} ${access}`).toHaveLength(names.length);
    expect(PROVIDER_FORMS[provider].access.map(({ value }) => value)).toContain(access);
  }
});
