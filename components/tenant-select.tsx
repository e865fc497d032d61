"use client";

import type { ComponentProps } from "react";
import { Field } from "./ui/field.tsx";
import { Select } from "./ui/select.tsx";

type TenantSelectProps = Omit<ComponentProps<typeof Select>, "options"> & {
  tenants: readonly { slug: string; name: string }[];
  label?: string;
  hideLabel?: boolean;
  /** The choice that means every tenant; leave it out where one must be chosen. */
  anyLabel?: string;
};

/** Chooses a tenant in a filter or a form. */
export const TenantSelect = ({
  tenants,
  label = "Tenant",
  hideLabel = false,
  anyLabel,
  ...props
}: TenantSelectProps) => (
  <Field label={label} hideLabel={hideLabel}>
    <Select
      options={[
        ...(anyLabel === undefined ? [] : [{ value: "", label: anyLabel }]),
        ...tenants.map(({ slug, name }) => ({ value: slug, label: name })),
      ]}
      {...props}
    />
  </Field>
);
