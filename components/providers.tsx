"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { ToastProvider } from "./ui/toast.tsx";
import { TooltipProvider } from "./ui/tooltip.tsx";

const makeQueryClient = () =>
  new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 1000, refetchOnWindowFocus: true } } });

/** What every page's client components may count on. */
export const Providers = ({ nonce, children }: { nonce: string; children: ReactNode }) => {
  const [queries] = useState(makeQueryClient);
  // Once: the document keeps the policy it came with, whatever nonce a later refresh carries.
  useState(() => {
    if (typeof document !== "undefined") setNonce(nonce);
  });
  return (
    <QueryClientProvider client={queries}>
      <NuqsAdapter>
        <TooltipProvider delayDuration={300}>
          <ToastProvider>{children}</ToastProvider>
        </TooltipProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
};
