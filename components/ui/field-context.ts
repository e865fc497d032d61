"use client";

import { createContext, use } from "react";

type FieldAria = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
};

export const FieldContext = createContext<FieldAria | null>(null);

/** The wiring of the field around a control; nothing outside of one. */
export const useFieldAria = (): Partial<FieldAria> => use(FieldContext) ?? {};
