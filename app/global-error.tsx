"use client";

import { ErrorNotice } from "#components/error-notice.tsx";
import { NoticeMain } from "#components/notice-main.tsx";
import "./globals.css";

// It stands in for the root layout, so it is a document of its own, in the theme of the device.
const GlobalError = (props: { error: unknown; retry: () => void }) => (
  <html lang="en" data-theme="system">
    <body>
      <title>Keyfold</title>
      <link rel="icon" href="/icon.svg" />
      <NoticeMain>
        <ErrorNotice {...props} />
      </NoticeMain>
    </body>
  </html>
);

export default GlobalError;
