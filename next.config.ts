import type { NextConfig } from "next";

const YEAR_SECONDS = 31_536_000;

const securityHeaders = [
  { key: "Strict-Transport-Security", value: `max-age=${YEAR_SECONDS}; includeSubDomains` },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "no-referrer" },
  {
    key: "Permissions-Policy",
    value:
      "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
];

// Pages get their policy, with a nonce, from proxy.ts. An answer of the API is never a document.
const apiPolicy = {
  key: "Content-Security-Policy",
  value: "default-src 'none'; frame-ancestors 'none'",
};

const noStore = { key: "Cache-Control", value: "private, no-store" };

const nextConfig: NextConfig = {
  output: "standalone",
  distDir: process.env.KEYFOLD_DIST_DIR ?? ".next",
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  typedRoutes: true,
  // The tests check the types of the whole project, once; a first start does not wait for that.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  serverExternalPackages: ["postgres"],
  experimental: {
    authInterrupts: true,
    // A build is made once for each version: writing down how, for a next one, took a fifth of it and 110 MB.
    turbopackFileSystemCacheForBuild: false,
    serverActions: { bodySizeLimit: "64kb" },
  },
  headers: async () => [
    { source: "/:path*", headers: securityHeaders },
    { source: "/((?!_next/static/).*)", headers: [noStore] },
    { source: "/api/:path*", headers: [apiPolicy] },
  ],
};

export default nextConfig;
