"use client";

import { useLinkStatus } from "next/link";

/** Inside a link: a dot while its page is on its way, after a moment, so that fast pages show none. */
export const LinkPending = () =>
  useLinkStatus().pending ? (
    <span aria-hidden="true" className="size-1.5 shrink-0 animate-appear rounded-full bg-brass" />
  ) : null;
