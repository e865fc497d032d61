import { slug, SLUG_MAX } from "#lib/domain/ids.ts";

/** The slug that a name suggests; an accent does not cut a word in two. */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_MAX)
    .replaceAll(/^-+|-+$/g, "");

/** What is wrong with a slug as it stands, while it is typed; nothing is wrong with one that was not begun. */
export const slugProblems = (typed: string): string[] | undefined =>
  typed.length < 2 ? undefined : slug.safeParse(typed).error?.issues.map(({ message }) => message);
