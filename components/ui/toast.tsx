"use client";

import { Check, Info, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { createContext, type ReactNode, use, useMemo, useState } from "react";
import { Button } from "./button.tsx";

type ToastInput = { title: string; description?: string; tone?: "success" | "info" };
type ToastItem = ToastInput & { id: number };
type ToastApi = { toast: (input: ToastInput) => void };

const ToastContext = createContext<ToastApi | null>(null);

/** Says an outcome in passing. An error that needs an act is shown where the act is, not here. */
export const useToast = (): ToastApi => {
  const api = use(ToastContext);
  if (api === null) throw new Error("useToast needs a ToastProvider above it.");
  return api;
};

const SHOWN_MS = 6000;
let lastId = 0;

export const ToastProvider = ({ children }: { children: ReactNode }) => {
  const [items, setItems] = useState<readonly ToastItem[]>([]);
  const api = useMemo<ToastApi>(
    () => ({
      toast: (input) => {
        lastId += 1;
        const item = { ...input, id: lastId };
        setItems((current) => [...current, item].slice(-3));
      },
    }),
    [],
  );
  const remove = (id: number) => setItems((current) => current.filter((item) => item.id !== id));
  return (
    <ToastContext value={api}>
      <Radix.Provider duration={SHOWN_MS} label="Notification">
        {children}
        {items.map((item) => (
          <ToastCard key={item.id} item={item} onClose={() => remove(item.id)} />
        ))}
        <Radix.Viewport
          label="Notifications ({hotkey})"
          className="fixed right-4 bottom-4 z-50 grid w-[min(22rem,calc(100vw-2rem))] gap-2"
        />
      </Radix.Provider>
    </ToastContext>
  );
};

const ToastCard = ({ item, onClose }: { item: ToastItem; onClose: () => void }) => {
  const Icon = item.tone === "info" ? Info : Check;
  return (
    <Radix.Root
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className="flex items-start gap-2.5 rounded border border-line-strong bg-surface py-2 pr-1.5 pl-3 shadow-layer"
    >
      <Icon aria-hidden="true" className="mt-1.5 size-4 shrink-0 text-active" />
      <div className="min-w-0 flex-1 py-1">
        <Radix.Title className="font-medium">{item.title}</Radix.Title>
        {item.description ? (
          <Radix.Description className="text-muted">{item.description}</Radix.Description>
        ) : null}
      </div>
      <Radix.Close asChild>
        <Button variant="quiet" size="icon" aria-label="Dismiss">
          <X aria-hidden="true" />
        </Button>
      </Radix.Close>
    </Radix.Root>
  );
};
