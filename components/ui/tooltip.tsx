"use client";

import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

export const TooltipProvider = Radix.Provider;

// Inside the page's landmark, so that no text stands outside of all of them.
const portalRoot = (): HTMLElement | null =>
  typeof document === "undefined" ? null : document.getElementById("main");

/** A hint on hover and focus. Never the only place where something is said. */
export const Tooltip = ({ content, children }: { content: ReactNode; children: ReactNode }) => (
  <Radix.Root>
    <Radix.Trigger asChild>{children}</Radix.Trigger>
    <Radix.Portal container={portalRoot()}>
      <Radix.Content
        sideOffset={6}
        collisionPadding={8}
        className="z-50 max-w-72 rounded border border-line-strong bg-surface px-2.5 py-1.5 text-micro text-ink shadow-layer"
      >
        {content}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
