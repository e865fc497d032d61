import type { ComponentProps } from "react";
import { type ButtonLook, buttonClass } from "./button-class.ts";
import { cn } from "./cn.ts";
import { Spinner } from "./spinner.tsx";

type ButtonProps = ComponentProps<"button"> & ButtonLook & { pending?: boolean };

/** A button names its act. While `pending` it stays focusable and ignores presses, so that focus is not lost. */
export const Button = ({
  variant,
  size,
  pending = false,
  type = "button",
  className,
  onClick,
  children,
  ...props
}: ButtonProps) => (
  <button
    type={pending ? "button" : type}
    aria-disabled={pending || undefined}
    aria-busy={pending || undefined}
    className={cn(buttonClass({ variant, size }), className)}
    onClick={pending ? undefined : onClick}
    {...props}
  >
    {pending ? <Spinner /> : null}
    {children}
  </button>
);
