"use client";

import { useState } from "react";
import { parseTheme, type Theme, themeCookie } from "./theme.ts";

/** The chosen theme and how to change it: in the cookie for the next page, on the document for this one. */
export const useTheme = (initial: Theme): readonly [Theme, (value: string) => void] => {
  const [theme, setTheme] = useState(initial);
  const choose = (value: string) => {
    const chosen = parseTheme(value);
    setTheme(chosen);
    document.documentElement.dataset["theme"] = chosen;
    document.cookie = themeCookie(chosen, location.protocol === "https:");
  };
  return [theme, choose];
};
