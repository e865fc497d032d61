import type { ReactNode } from "react";

/** The frame of a notice that stands outside of the console: its own `main`. */
export const NoticeMain = ({ children }: { children: ReactNode }) => (
  <main id="main" className="mx-auto w-full max-w-xl px-4 py-[12vh]">
    {children}
  </main>
);
