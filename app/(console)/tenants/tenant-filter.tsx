import Form from "next/form";
import { versionWord } from "#components/key-state.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { KEY_STATES } from "#lib/domain/key-state.ts";
import type { TenantQuery } from "./tenant-query.ts";

const STATES = [
  { value: "", label: "Any state" },
  ...KEY_STATES.map((state) => ({ value: state, label: versionWord(state) })),
];

/** The filter of the list; its state is the address alone. */
export const TenantFilter = ({ query }: { query: TenantQuery }) => (
  <Form
    action="/tenants"
    // A new address is a new form: what stands in it is what is asked for.
    key={`${query.text} ${query.state}`}
    className="flex flex-wrap items-end gap-x-4 gap-y-3"
  >
    <Field label="Find a tenant" className="w-64 max-desk:w-full">
      <Input name="text" type="search" defaultValue={query.text} maxLength={200} autoComplete="off" />
    </Field>
    <Field label="Has a version that is" className="w-44 max-desk:w-full">
      <Select name="state" defaultValue={query.state ?? ""} options={STATES} />
    </Field>
    {query.order ? <input type="hidden" name="order" value={query.order} /> : null}
    <Button type="submit">Filter</Button>
  </Form>
);
