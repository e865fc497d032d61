import type { Change } from "./read-changes.ts";

/** What was, and what is now: by sign and word as well as by colour. */
export const Changes = ({ changes }: { changes: readonly Change[] }) => (
  <div className="overflow-hidden rounded border border-line font-mono">
    {changes.map(({ name, was, now }) => (
      <div key={name}>
        <p className="bg-danger-wash px-3 py-0.5 break-words">
          <span className="sr-only">was </span>
          <span aria-hidden="true">− </span>
          <del className="no-underline">
            {name}: {was}
          </del>
        </p>
        <p className="bg-active-wash px-3 py-0.5 break-words">
          <span className="sr-only">now </span>
          <span aria-hidden="true">+ </span>
          <ins className="no-underline">
            {name}: {now}
          </ins>
        </p>
      </div>
    ))}
  </div>
);
