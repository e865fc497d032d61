"use client";

import type { ComponentProps } from "react";
import { cn } from "./cn.ts";
import { controlClass } from "./control-class.ts";
import { useFieldAria } from "./field-context.ts";

type InputProps = ComponentProps<"input"> & { mono?: boolean };

/** A text input; inside a `Field` it takes its id and description from there. */
export const Input = ({ mono = false, className, ...props }: InputProps) => (
  <input
    {...useFieldAria()}
    className={cn(controlClass, "h-8.5 max-desk:h-10", mono && "font-mono", className)}
    {...props}
  />
);
