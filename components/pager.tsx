import type { Route } from "next";
import { TextLink } from "./ui/text-link.tsx";

type PagerProps = {
  /** Where the list begins; null on its first page. */
  first: Route | null;
  /** The page after this one, if there is one. */
  next: Route | null;
};

/** The way through a list that is shown a page at a time. */
export const Pager = ({ first, next }: PagerProps) =>
  first || next ? (
    <p className="flex gap-x-5">
      {first ? <TextLink href={first}>First page</TextLink> : null}
      {next ? <TextLink href={next}>Next page</TextLink> : null}
    </p>
  ) : null;
