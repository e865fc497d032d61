import type { ReadFailed } from "./fetch-live.ts";
import { ErrorState } from "./ui/error-state.tsx";

type StaleViewProps = { error: ReadFailed | null; onRetry: () => void };

/** Says that what a page shows is no longer what is, and why. */
export const StaleView = ({ error, onRetry }: StaleViewProps) =>
  error ? (
    <ErrorState
      title="This view is not up to date"
      code={error.code}
      message="The console did not answer. What is shown is from the last time it did."
      requestId={error.requestId}
      onRetry={onRetry}
    />
  ) : null;
