"use client";

import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { REASON_MAX, REASON_MIN } from "#lib/domain/reason.ts";

type ReasonFieldProps = {
  value: string;
  onChange: (value: string) => void;
  error: readonly string[];
  optional?: boolean;
};

/** Why somebody does it. It stays in the log for good, so beside it stands what not to write. */
export const ReasonField = ({ value, onChange, error, optional = false }: ReasonFieldProps) => (
  <Field
    label={optional ? "Reason (optional)" : "Reason"}
    error={error}
    description={`${REASON_MIN} to ${REASON_MAX} characters. Auditors read this, and it cannot be removed: write no names or other personal data.`}
  >
    <Textarea
      value={value}
      maxLength={REASON_MAX}
      onChange={(event) => onChange(event.target.value)}
      rows={2}
    />
  </Field>
);
