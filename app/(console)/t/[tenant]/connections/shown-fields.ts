"use client";

import type { ConnectionProvider } from "#lib/domain/connection.ts";
import { PROVIDER_FORMS } from "./fields.ts";

/** Kept with every connection, and in no form. */
const UNASKED = [
  { name: "binding", label: "Bound to its tenant by" },
  { name: "authMount", label: "Login mount" },
] as const;

const BINDINGS: Readonly<Record<string, string>> = {
  context: "the key’s context",
  "associated-data": "associated data",
};

/** What a connection was told, by the names that its form has for it; words are Keyfold's own, the rest is as typed. */
export const shownFields = (
  provider: ConnectionProvider,
  config: Readonly<Record<string, string>>,
): { label: string; value: string; isWord: boolean }[] => {
  const { fields, access } = PROVIDER_FORMS[provider];
  const way = access.find(({ value }) => value === config.access);
  const typed = [...fields, ...(way?.fields ?? []), ...UNASKED].flatMap(({ name, label }) => {
    const value = config[name];
    if (value === undefined) return [];
    return [{ label, value: BINDINGS[value] ?? value, isWord: name === "binding" }];
  });
  return [...typed, ...(way ? [{ label: "Way in", value: way.label, isWord: true }] : [])];
};
