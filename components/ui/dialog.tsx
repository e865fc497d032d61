"use client";

import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export const Dialog = Radix.Root;
export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

type DialogContentProps = {
  title: ReactNode;
  description?: ReactNode;
  width?: "md" | "lg";
  children: ReactNode;
};

/** A dialog above the page: focus is held inside, Escape closes, the page behind does not scroll. */
export const DialogContent = ({ title, description, width = "md", children }: DialogContentProps) => (
  <Radix.Portal>
    <Radix.Overlay className="fixed inset-0 z-40 bg-veil" />
    <Radix.Content
      {...(description ? {} : { "aria-describedby": undefined })}
      className={cn(
        "fixed top-[12vh] left-1/2 z-50 max-h-[80vh] w-[calc(100vw-2rem)] -translate-x-1/2 overflow-y-auto rounded border border-line-strong bg-surface p-6 shadow-layer",
        width === "lg" ? "max-w-3xl" : "max-w-xl",
      )}
    >
      <Radix.Title className="text-heading">{title}</Radix.Title>
      {description ? (
        <Radix.Description className="mt-1.5 max-w-prose text-muted">{description}</Radix.Description>
      ) : null}
      <div className="mt-5">{children}</div>
    </Radix.Content>
  </Radix.Portal>
);

/** The row of buttons at the end: the way back first, the act last. */
export const DialogFooter = ({ children }: { children: ReactNode }) => (
  <div className="mt-6 flex flex-wrap justify-end gap-2">{children}</div>
);
