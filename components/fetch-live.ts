/** A read that failed, as the console told it: its code, and the request's id to quote when there is one. */
export class ReadFailed extends Error {
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(code: string, requestId?: string) {
    super(code);
    this.name = "ReadFailed";
    this.code = code;
    this.requestId = requestId;
  }
}

type Body = { error?: { code?: string; request_id?: string } } | null;

/** What a page that is open reads again and again. @throws `ReadFailed`. */
export const fetchLive = async <T>(url: string): Promise<T> => {
  const response = await fetch(url, { cache: "no-store" }).catch(() => null);
  if (response?.ok) return response.json();
  const body: Body = (await response?.json().catch(() => null)) ?? null;
  throw new ReadFailed(body?.error?.code ?? "UNAVAILABLE", body?.error?.request_id);
};
