"use client";

import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { Search } from "lucide-react";
import { Button } from "./ui/button.tsx";
import { Dialog, DialogTrigger } from "./ui/dialog.tsx";
import { Kbd } from "./ui/kbd.tsx";

// What is in it comes when it is about to be opened: most pages are left by a link.
const load = () => import("./palette-content.tsx");
const PaletteContent = dynamic(() => load().then(({ PaletteContent: content }) => content), { ssr: false });
const MODIFIERS: ReadonlySet<string> = new Set(["Control", "Meta"]);

const Field = () => (
  <DialogTrigger className="flex min-h-8 w-full items-center gap-2 rounded border border-line-field bg-surface px-2.5 text-left text-muted hover:border-ink hover:text-ink">
    <Search aria-hidden="true" className="size-3.5" />
    <span className="flex-1">Go to …</span>
    <span className="sr-only">a page, a tenant, a key or an id</span>
    <span aria-hidden="true" className="inline-flex gap-0.5">
      <Kbd>Ctrl</Kbd>
      <Kbd>K</Kbd>
    </span>
  </DialogTrigger>
);

const Icon = () => (
  <DialogTrigger asChild>
    <Button variant="quiet" size="icon" aria-label="Go to a page, a tenant, a key or an id">
      <Search aria-hidden="true" />
    </Button>
  </DialogTrigger>
);

type CommandPaletteProps = {
  /** field: the sidebar's, which hears Ctrl-K and Cmd-K on every page. icon: the narrow bar's. */
  look: "field" | "icon";
};

/** Leads to pages, tenants, keys, and to whatever has the id that is pasted. */
export const CommandPalette = ({ look }: CommandPaletteProps) => {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (look !== "field") return;
    const onKeyDown = (event: KeyboardEvent) => {
      // The hand is on its way to K: who types on at once finds the field there.
      if (MODIFIERS.has(event.key)) void load();
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [look]);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      {look === "field" ? <Field /> : <Icon />}
      {open ? <PaletteContent onDone={() => setOpen(false)} /> : null}
    </Dialog>
  );
};
