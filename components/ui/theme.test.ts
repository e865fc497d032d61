import { expect, test } from "vitest";
import { parseTheme, themeCookie } from "./theme.ts";

test("an unknown theme is that of the device", () => {
  expect(parseTheme("dark")).toBe("dark");
  expect(parseTheme(undefined)).toBe("system");
  expect(parseTheme('"><script>')).toBe("system");
});

test("the cookie lasts, and is secure over https", () => {
  expect(themeCookie("light", false)).toBe("theme=light; Path=/; Max-Age=31536000; SameSite=Lax");
  expect(themeCookie("dark", true)).toMatch(/; Secure$/);
});
