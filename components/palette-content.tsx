"use client";

import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useDeferredValue, useState } from "react";
import type { Found } from "#lib/domain/found.ts";
import { askable } from "./askable.ts";
import { fetchLive, type ReadFailed } from "./fetch-live.ts";
import { navItems } from "./nav-items.ts";
import { Copyable } from "./ui/copyable.tsx";

const FIRST: { label: string; href: string }[] = [
  ...navItems().map(({ label, href }) => ({ label, href: href as string })),
  { label: "Create tenant", href: "/tenants/new" },
];

const KIND_WORDS: Readonly<Record<Found["kind"], string>> = {
  tenant: "tenant",
  key: "key",
  job: "job",
  token: "token of",
  "operator-token": "operator token",
  connection: "connection",
  operation: "operation",
  event: "event",
  request: "request",
  log: "log",
};

const REQUEST_ID = /^req_[0-9a-f]+$/i;

const nothingSentence = (wanted: string): string =>
  REQUEST_ID.test(wanted)
    ? "No event has this request id. Reads and writes are counted in windows, and rejected input is not logged."
    : "Nothing has this name or id.";

const search = async (text: string): Promise<Found[]> =>
  (await fetchLive<{ found: Found[] }>(`/api/find?${new URLSearchParams({ text })}`)).found;

const itemClass =
  "flex min-h-9 cursor-pointer items-center justify-between gap-4 rounded px-3 data-[selected=true]:bg-sunken";

/** The palette itself: a field and what it finds. */
export const PaletteContent = ({ onDone }: { onDone: () => void }) => {
  const router = useRouter();
  const [text, setText] = useState("");
  const wanted = askable(text);
  const asked = useDeferredValue(wanted);
  const { data, error, isFetching } = useQuery<Found[], ReadFailed>({
    queryKey: ["find", asked],
    queryFn: () => search(asked),
    enabled: asked !== "",
    placeholderData: (before) => before,
    retry: false,
  });
  const pages = FIRST.filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase()));
  // What was typed last is not asked yet for a moment: that is no answer either.
  const searching = isFetching || asked !== wanted;
  const found = asked === "" ? [] : (data ?? []);
  const go = (href: string) => {
    onDone();
    router.push(href as Route);
  };
  return (
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
      <Radix.Content
        aria-describedby={undefined}
        className="fixed top-[14vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 rounded border border-line-strong bg-surface shadow-layer"
      >
        <Radix.Title className="sr-only">Go to</Radix.Title>
        <Command shouldFilter={false} label="Go to">
          <Command.Input
            value={text}
            onValueChange={setText}
            placeholder="A page, a tenant, a key, or any id …"
            className="h-12 w-full border-b border-line bg-transparent px-4 text-base text-ink outline-none placeholder:text-faint"
          />
          {error ? (
            <p role="alert" className="flex flex-wrap items-center gap-x-2 px-5 pt-3 text-danger">
              The search failed ({error.code}).
              {error.requestId ? <Copyable value={error.requestId} label="request id" /> : null}
            </p>
          ) : null}
          <Command.List label="Places" className="max-h-[50vh] overflow-y-auto p-2">
            {pages.map(({ label, href }) => (
              <Command.Item key={href} value={href} onSelect={() => go(href)} className={itemClass}>
                {label}
              </Command.Item>
            ))}
            {found.map(({ kind, label, href }) => (
              <Command.Item
                key={`${kind} ${href}`}
                value={`${kind} ${href}`}
                onSelect={() => go(href)}
                className={itemClass}
              >
                <span className="min-w-0 py-1 font-mono break-all">{label}</span>
                <span className="text-micro text-muted">{KIND_WORDS[kind]}</span>
              </Command.Item>
            ))}
            {pages.length === 0 && found.length === 0 && !error ? (
              <Command.Empty className="px-3 py-2 text-muted">
                {searching ? "Searching …" : nothingSentence(wanted)}
              </Command.Empty>
            ) : null}
          </Command.List>
        </Command>
      </Radix.Content>
    </Radix.Portal>
  );
};
