"use client";

import { ChevronDown } from "lucide-react";
import type { Route } from "next";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuLinkItem,
  MenuSeparator,
  MenuTrigger,
} from "#components/ui/dropdown-menu.tsx";
import type { SavedView } from "#lib/services/audit/list-views.ts";
import { RemoveViews } from "./remove-views.tsx";
import { SaveView } from "./save-view.tsx";
import { useLogQuery } from "./use-log-query.tsx";

/** A view is an address with a name. */
const hrefOf = ({ query, from, to }: SavedView): Route => {
  const asked = Object.entries({ q: query, from, to }).filter(([, value]) => value !== "");
  return `/audit?${new URLSearchParams(asked)}` as Route;
};

const ViewLinks = ({ title, views }: { title: string; views: readonly SavedView[] }) =>
  views.length === 0 ? null : (
    <>
      <MenuLabel>{title}</MenuLabel>
      {views.map((view) => (
        <MenuLinkItem key={view.id} href={hrefOf(view)}>
          <span className="min-w-0 truncate">{view.name}</span>
          {view.owner ? <span className="ml-auto pl-3 text-micro text-muted">{view.owner}</span> : null}
        </MenuLinkItem>
      ))}
    </>
  );

/** Questions to the log that were kept under a name: one's own, and those that others share. */
export const ViewsMenu = ({ views }: { views: readonly SavedView[] }) => {
  const { asked } = useLogQuery();
  const [open, setOpen] = useState<"save" | "remove" | null>(null);
  const own = views.filter(({ owner }) => owner === null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button size="sm">
            Views <ChevronDown aria-hidden="true" />
          </Button>
        </MenuTrigger>
        <MenuContent align="end" className="max-w-80">
          <ViewLinks title="Yours" views={own} />
          <ViewLinks title="Shared by others" views={views.filter(({ owner }) => owner !== null)} />
          {views.length > 0 ? <MenuSeparator /> : null}
          <MenuItem onSelect={() => setOpen("save")}>Save this view</MenuItem>
          {own.length > 0 ? <MenuItem onSelect={() => setOpen("remove")}>Remove views</MenuItem> : null}
        </MenuContent>
      </Menu>
      <Dialog open={open !== null} onOpenChange={(opens) => (opens ? undefined : close())}>
        {open === "save" ? <SaveView asked={asked} onDone={close} /> : null}
        {open === "remove" ? <RemoveViews views={own} onDone={close} /> : null}
      </Dialog>
    </>
  );
};
