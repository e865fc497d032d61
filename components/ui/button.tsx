import type { ComponentProps, MouseEvent } from "react";
import { type ButtonLook, buttonClass } from "./button-class.ts";
import { cn } from "./cn.ts";
import { Spinner } from "./spinner.tsx";

type ButtonProps = ComponentProps<"button"> & ButtonLook & { pending?: boolean };

// Pressing Enter in a field presses the submit button too, so this also stops a second submit.
const ignore = (event: MouseEvent) => event.preventDefault();

/** A button names its act. While `pending` it keeps the focus and ignores presses. */
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
    type={type}
    aria-disabled={pending || undefined}
    aria-busy={pending || undefined}
    className={cn(buttonClass({ variant, size }), className)}
    onClick={pending ? ignore : onClick}
    {...props}
  >
    {pending ? <Spinner /> : null}
    {children}
  </button>
);
