/** system: as the device says. The server writes the choice on `<html data-theme>`, so no page flashes. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_COOKIE = "theme";
export const THEME_LABELS: Readonly<Record<Theme, string>> = {
  system: "As the device",
  light: "Light",
  dark: "Dark",
};

const YEAR_SECONDS = 31_536_000;

/** The theme a cookie names; anything else is `system`. */
export const parseTheme = (value: string | undefined): Theme =>
  THEMES.find((theme) => theme === value) ?? "system";

/** What to write to `document.cookie`. */
export const themeCookie = (theme: Theme, https: boolean): string =>
  `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${https ? "; Secure" : ""}`;
