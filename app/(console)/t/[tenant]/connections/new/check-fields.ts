"use client";

import { ConnectionConfig } from "#lib/domain/connection.ts";
import { slug } from "#lib/domain/ids.ts";

const phraseOf = (message: string): string =>
  message.startsWith("Invalid input") || message.startsWith("Required") ? "is needed" : message;

/** What is wrong with each field of the form as it stands; the keeper judges by the same rules. */
export const problemsOf = ({ name, ...config }: Record<string, unknown>): Record<string, string[]> => {
  const problems: Record<string, string[]> = {};
  const named = slug.safeParse(name);
  if (!named.success) problems.name = [phraseOf(named.error.issues[0]?.message ?? "is needed")];
  const parsed = ConnectionConfig.safeParse(config);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = String(path[0] ?? "");
    problems[field] ??= [phraseOf(message)];
  }
  return problems;
};
