"use client";

import { useId } from "react";
import { THEME_LABELS, THEMES, type Theme } from "./theme.ts";
import { useTheme } from "./use-theme.ts";

/** Light, dark, or as the device says. */
export const ThemeToggle = ({ initial }: { initial: Theme }) => {
  const name = useId();
  const [theme, choose] = useTheme(initial);
  return (
    <fieldset className="flex flex-wrap gap-x-4">
      <legend className="mb-1 text-micro text-muted">Theme</legend>
      {THEMES.map((option) => (
        <label key={option} className="flex min-h-6.5 cursor-pointer items-center gap-1.5">
          <input
            type="radio"
            name={name}
            value={option}
            checked={theme === option}
            onChange={() => choose(option)}
            className="size-4 accent-accent"
          />
          {THEME_LABELS[option]}
        </label>
      ))}
    </fieldset>
  );
};
