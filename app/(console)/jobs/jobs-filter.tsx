import { JOB_WORDS } from "#components/job-words.ts";
import { rewrapStatusWord } from "#components/rewrap-status.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { JOB_MODES, JOB_STATUSES } from "#lib/domain/job.ts";

const ANY = { value: "", label: "Any" };
const STATUSES = [
  ANY,
  { value: "open", label: "Not ended" },
  ...JOB_STATUSES.map((value) => ({ value, label: rewrapStatusWord(value) })),
];
const MODES = [ANY, ...JOB_MODES.map((value) => ({ value, label: JOB_WORDS[value].noun }))];

type JobsFilterProps = {
  values: { status?: string | undefined; tenant?: string | undefined; mode?: string | undefined };
  tenants: readonly { slug: string; name: string }[];
};

/** The filters of the list: a plain form, so that the address says all of it. */
export const JobsFilter = ({ values, tenants }: JobsFilterProps) => (
  <form action="/jobs" className="flex flex-wrap items-end gap-3">
    <Field label="Status" className="min-w-40">
      <Select name="status" defaultValue={values.status ?? ""} options={STATUSES} />
    </Field>
    <Field label="Tenant" className="min-w-40">
      <Select
        name="tenant"
        defaultValue={values.tenant ?? ""}
        options={[ANY, ...tenants.map(({ slug, name }) => ({ value: slug, label: name }))]}
      />
    </Field>
    <Field label="Kind" className="min-w-40">
      <Select name="mode" defaultValue={values.mode ?? ""} options={MODES} />
    </Field>
    <Button type="submit">Show</Button>
  </form>
);
