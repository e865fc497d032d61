import type { ReactNode } from "react";

/** What an act will do, a sentence a line, before it is asked for. */
export const Impact = ({ label, items }: { label: string; items: readonly (ReactNode | null)[] }) => {
  const shown = items.filter((item) => item !== null && item !== "");
  if (shown.length === 0) return null;
  return (
    <div className="border-y border-line py-3">
      <h3 className="font-medium">{label}</h3>
      <ul className="mt-1 grid list-disc gap-1 pl-5">
        {shown.map((item, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- sentences without a name of their own, in a fixed order
          <li key={place}>{item}</li>
        ))}
      </ul>
    </div>
  );
};
