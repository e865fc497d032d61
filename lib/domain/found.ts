/** What a search by name or id has found, and where it is shown. */
export type Found = {
  kind: "tenant" | "key" | "job" | "token" | "operation" | "event" | "request" | "log";
  /** What people call it. */
  label: string;
  href: string;
};
