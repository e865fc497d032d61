"use client";

import type { ComponentProps } from "react";
import { cn } from "./cn.ts";
import { controlClass } from "./control-class.ts";
import { useFieldAria } from "./field-context.ts";

type TextareaProps = ComponentProps<"textarea"> & { mono?: boolean };

export const Textarea = ({ mono = false, className, rows = 3, ...props }: TextareaProps) => (
  <textarea
    {...useFieldAria()}
    rows={rows}
    className={cn(controlClass, "py-2", mono && "font-mono", className)}
    {...props}
  />
);
