/** A tab stands on the ruled line; brass marks the one you are on. */
export const tabListClass = "flex gap-5 overflow-x-auto border-b border-line-strong";

export const tabClass =
  "-mb-px flex min-h-9 items-center gap-1.5 border-b-2 border-transparent whitespace-nowrap text-muted hover:text-ink aria-[current=page]:border-brass aria-[current=page]:font-medium aria-[current=page]:text-ink data-[state=active]:border-brass data-[state=active]:font-medium data-[state=active]:text-ink";
