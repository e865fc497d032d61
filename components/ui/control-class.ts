/** The look shared by inputs, textareas and selects. 16px on a phone, or iOS zooms into the field. */
export const controlClass =
  "w-full rounded border border-line-field bg-surface px-3 text-dense text-ink hover:border-ink aria-invalid:border-danger disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted max-desk:text-base";
