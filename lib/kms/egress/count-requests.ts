import { AsyncLocalStorage } from "node:async_hooks";

const sent = new AsyncLocalStorage<{ requests: number }>();

/** A request leaves for a provider. */
export const noteRequest = (): void => {
  const count = sent.getStore();
  if (count) count.requests += 1;
};

/** Runs something and tells how many requests left for providers because of it, its logins included. */
export const countRequests = async <T>(run: () => Promise<T>): Promise<{ value: T; requests: number }> => {
  const count = { requests: 0 };
  const value = await sent.run(count, run);
  return { value, requests: count.requests };
};
