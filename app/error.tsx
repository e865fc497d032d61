"use client";

import { ErrorNotice } from "#components/error-notice.tsx";

const ErrorPage = (props: { error: unknown; retry: () => void }) => (
  <main>
    <ErrorNotice {...props} />
  </main>
);

export default ErrorPage;
