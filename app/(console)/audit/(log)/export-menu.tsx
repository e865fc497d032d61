"use client";

import { ChevronDown } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import {
  Menu,
  MenuContent,
  MenuDownloadItem,
  MenuLabel,
  MenuTrigger,
} from "#components/ui/dropdown-menu.tsx";
import { formatCount, plural } from "#components/ui/format.ts";

const FORMATS = [
  { format: "csv", label: "CSV, for a spreadsheet" },
  { format: "jsonl", label: "JSON lines, with the exact entries" },
] as const;

type ExportMenuProps = {
  query: Record<string, string>;
  total: { count: number; isPartial: boolean } | null;
};

const countWords = (total: ExportMenuProps["total"]): string => {
  if (total === null) return "All events of the query";
  return total.isPartial ? `More than ${formatCount(total.count)} events` : plural(total.count, "event");
};

/** All events of the query as a file. That somebody took it is an event too. */
export const ExportMenu = ({ query, total }: ExportMenuProps) => (
  <Menu>
    <MenuTrigger asChild>
      <Button size="sm">
        Export <ChevronDown aria-hidden="true" />
      </Button>
    </MenuTrigger>
    <MenuContent align="end">
      <MenuLabel>{countWords(total)}. The export is logged.</MenuLabel>
      {FORMATS.map(({ format, label }) => (
        <MenuDownloadItem
          key={format}
          href={`/api/audit/export?${new URLSearchParams({ ...query, format })}`}
        >
          {label}
        </MenuDownloadItem>
      ))}
    </MenuContent>
  </Menu>
);
