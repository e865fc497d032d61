import type { ReactNode } from "react";
import { Wordmark } from "./logo.tsx";

/** The frame of the pages before the console: one column, its own `main`. */
export const AuthCard = ({ title, children }: { title: string; children: ReactNode }) => (
  <main id="main" className="mx-auto grid min-h-dvh w-full max-w-96 content-start gap-6 px-4 pt-[16vh] pb-8">
    <Wordmark className="text-heading" />
    <h1 className="rule-double pb-3 text-title">{title}</h1>
    {children}
  </main>
);
