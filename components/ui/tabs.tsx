"use client";

import { Tabs as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { tabClass, tabListClass } from "./tab-class.ts";

/** Tabs inside a page. For tabs that are pages, `TabNav`. */
export const Tabs = Radix.Root;

export const TabList = ({ label, children }: { label: string; children: ReactNode }) => (
  <Radix.List aria-label={label} className={tabListClass}>
    {children}
  </Radix.List>
);

export const Tab = ({ value, children }: { value: string; children: ReactNode }) => (
  <Radix.Trigger value={value} className={tabClass}>
    {children}
  </Radix.Trigger>
);

export const TabPanel = (props: ComponentProps<typeof Radix.Content>) => (
  <Radix.Content {...props} className="pt-4" />
);
