/** What a search by name or id has found, and where it is shown. */
export type Found = {
  kind:
    | "tenant"
    | "key"
    | "job"
    | "token"
    | "operator-token"
    | "connection"
    | "operation"
    | "event"
    | "request"
    | "log";
  /** What people call it. */
  label: string;
  href: string;
};
