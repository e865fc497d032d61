"use client";

import { ErrorNotice } from "#components/error-notice.tsx";

const ErrorPage = (props: { error: unknown; retry: () => void }) => <ErrorNotice {...props} />;

export default ErrorPage;
