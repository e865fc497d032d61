"use client";

import { ErrorNotice } from "#components/error-notice.tsx";
import { NoticeMain } from "#components/notice-main.tsx";

const ErrorPage = (props: { error: unknown; retry: () => void }) => (
  <NoticeMain>
    <ErrorNotice {...props} />
  </NoticeMain>
);

export default ErrorPage;
