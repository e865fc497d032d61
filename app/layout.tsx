import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "#components/providers.tsx";
import { parseTheme, THEME_COOKIE } from "#components/ui/theme.ts";
import "./globals.css";

// A nonce for each request and a page for each person: nothing here is ever rendered ahead.
export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: { default: "Keyfold", template: "%s · Keyfold" },
  description: "Encryption keys of every tenant: made, kept, rotated and proved.",
  robots: { index: false, follow: false },
};

const COLORS = { light: "#f6f4ef", dark: "#131412" } as const;

// The browser paints its empty page in the chosen theme, before any style of ours is there.
export const generateViewport = async (): Promise<Viewport> => {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return theme === "system"
    ? {
        colorScheme: "light dark",
        themeColor: [
          { media: "(prefers-color-scheme: light)", color: COLORS.light },
          { media: "(prefers-color-scheme: dark)", color: COLORS.dark },
        ],
      }
    : { colorScheme: theme, themeColor: COLORS[theme] };
};

const RootLayout = async ({ children }: { children: ReactNode }) => {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  const nonce = (await headers()).get("x-nonce") ?? "";
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  );
};

export default RootLayout;
