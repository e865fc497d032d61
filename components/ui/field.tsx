"use client";

import { type ReactNode, useId } from "react";
import { cn } from "./cn.ts";
import { FieldContext } from "./field-context.ts";

type FieldProps = {
  label: ReactNode;
  description?: ReactNode;
  /** One sentence, or the phrases a mutation gave for this field: "needs at least 1 character". */
  error?: string | readonly string[] | null | undefined;
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
};

/** "needs at least 1 character" as "Name needs at least 1 character." */
const asSentence = (label: ReactNode, phrase: string): string => {
  const whole = typeof label === "string" && /^[a-z]/.test(phrase) ? `${label} ${phrase}` : phrase;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
};

/** Label, control, description and inline error, tied together for assistive technology. */
export const Field = ({ label, description, error, hideLabel = false, className, children }: FieldProps) => {
  const id = useId();
  const sentences =
    typeof error === "string" ? [error] : (error ?? []).map((phrase) => asSentence(label, phrase));
  const invalid = sentences.length > 0;
  const describedBy = [description ? `${id}-description` : "", invalid ? `${id}-error` : ""].filter(Boolean);
  return (
    <div className={cn("grid content-start gap-1.5", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "font-medium"}>
        {label}
      </label>
      <FieldContext
        value={{
          id,
          "aria-describedby": describedBy.join(" ") || undefined,
          "aria-invalid": invalid || undefined,
        }}
      >
        {children}
      </FieldContext>
      {invalid ? (
        <p id={`${id}-error`} className="text-danger">
          {sentences.join(" ")}
        </p>
      ) : null}
      {description ? (
        <p id={`${id}-description`} className="text-micro text-muted">
          {description}
        </p>
      ) : null}
    </div>
  );
};
