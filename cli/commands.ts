import type { CommandEntry } from "./shell/command.ts";

/** Every command, in the order in which help lists them. What one needs is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "tenant create",
    summary: "Make a tenant; its slug stays and is never reused",
    load: async () => (await import("./commands/tenant-create.ts")).tenantCreate,
  },
  {
    name: "tenant list",
    summary: "List the tenants",
    load: async () => (await import("./commands/tenant-list.ts")).tenantList,
  },
  {
    name: "tenant set",
    summary: "Change what a tenant's policy says",
    load: async () => (await import("./commands/tenant-set.ts")).tenantSet,
  },
  {
    name: "key create",
    summary: "Make a key of a tenant, with its first version",
    load: async () => (await import("./commands/key-create.ts")).keyCreate,
  },
  {
    name: "key rotate",
    summary: "Make the next version of a key and protect new data with it",
    load: async () => (await import("./commands/key-rotate.ts")).keyRotate,
  },
  {
    name: "key suspend",
    summary: "Let no version of a key wrap or unwrap until it is resumed",
    load: async () => (await import("./commands/key-suspend.ts")).keySuspend,
  },
  {
    name: "key resume",
    summary: "Let a suspended key be used again",
    load: async () => (await import("./commands/key-resume.ts")).keyResume,
  },
  {
    name: "key deactivate",
    summary: "Let a version wrap nothing more; it still opens what it protects",
    load: async () => (await import("./commands/key-deactivate.ts")).keyDeactivate,
  },
  {
    name: "key compromise",
    summary: "Mark a version of a key compromised, for good; the current one gets its successor with it",
    load: async () => (await import("./commands/key-compromise.ts")).keyCompromise,
  },
  {
    name: "key retire",
    summary: "Destroy a version that protects nothing any more, or say everything that still holds it",
    load: async () => (await import("./commands/key-retire.ts")).keyRetire,
  },
  {
    name: "key attest",
    summary: "Say that none of the wraps that left Keyfold under a version is left: they hold it no more",
    load: async () => (await import("./commands/key-attest.ts")).keyAttest,
  },
  {
    name: "key move",
    summary: "Put a key under another CMK; no record is touched",
    load: async () => (await import("./commands/key-move.ts")).keyMove,
  },
  {
    name: "key list",
    summary: "List the keys of a tenant, their versions and the DEKs on each",
    load: async () => (await import("./commands/key-list.ts")).keyList,
  },
  {
    name: "connection create",
    summary: "Connect a tenant to a key in its own or the vendor's KMS",
    load: async () => (await import("./commands/connection-create.ts")).connectionCreate,
  },
  {
    name: "connection set-secret",
    summary: "Set or replace a connection's secret, sealed to the keepers on this machine",
    load: async () => (await import("./commands/connection-set-secret.ts")).connectionSetSecret,
  },
  {
    name: "connection test",
    summary: "Test a connection step by step, and say what to change where it fails",
    load: async () => (await import("./commands/connection-test.ts")).connectionTest,
  },
  {
    name: "connection list",
    summary: "List the connections of a tenant and how their keys are",
    load: async () => (await import("./commands/connection-list.ts")).connectionList,
  },
  {
    name: "connection show",
    summary: "Show a connection, the versions of its key at the provider, and its last test",
    load: async () => (await import("./commands/connection-show.ts")).connectionShow,
  },
  {
    name: "connection rotate",
    summary: "Have the provider make the next version of a connection's key",
    load: async () => (await import("./commands/connection-rotate.ts")).connectionRotate,
  },
  {
    name: "connection remove",
    summary: "End a connection that holds no key, its secret with it",
    load: async () => (await import("./commands/connection-remove.ts")).connectionRemove,
  },
  {
    name: "rewrap start",
    summary: "Move every DEK of a key to its current version, or re-encrypt its records; data stays readable",
    load: async () => (await import("./commands/rewrap-start.ts")).rewrapStart,
  },
  {
    name: "rewrap status",
    summary: "Show how far a rewrap is",
    load: async () => (await import("./commands/rewrap-status.ts")).rewrapStatus,
  },
  {
    name: "rewrap pause",
    summary: "Stop a rewrap where it is",
    load: async () => (await import("./commands/rewrap-pause.ts")).rewrapPause,
  },
  {
    name: "rewrap resume",
    summary: "Let a paused rewrap go on from where it was",
    load: async () => (await import("./commands/rewrap-resume.ts")).rewrapResume,
  },
  {
    name: "rewrap cancel",
    summary: "End a rewrap for good; what was moved stays moved",
    load: async () => (await import("./commands/rewrap-cancel.ts")).rewrapCancel,
  },
  {
    name: "rewrap set",
    summary: "Change how hard a job works while it runs",
    load: async () => (await import("./commands/rewrap-set.ts")).rewrapSet,
  },
  {
    name: "rewrap retry",
    summary: "Try what a job could not move once more",
    load: async () => (await import("./commands/rewrap-retry.ts")).rewrapRetry,
  },
  {
    name: "rewrap list",
    summary: "List the newest rewraps",
    load: async () => (await import("./commands/rewrap-list.ts")).rewrapList,
  },
  {
    name: "token create",
    summary: "Make a service token for an application, or one of the operator's over all tenants",
    load: async () => (await import("./commands/token-create.ts")).tokenCreate,
  },
  {
    name: "token revoke",
    summary: "End a token for good",
    load: async () => (await import("./commands/token-revoke.ts")).tokenRevoke,
  },
  {
    name: "token list",
    summary: "List the tokens of a tenant, or the operator's own",
    load: async () => (await import("./commands/token-list.ts")).tokenList,
  },
  {
    name: "person reset-password",
    summary: "Give somebody who lost it a new password, and end their sessions",
    load: async () => (await import("./commands/person-reset-password.ts")).personResetPassword,
  },
  {
    name: "sample load",
    summary: "Load a sample: three invented tenants with records, past rotations and a rewrap half-way",
    load: async () => (await import("./commands/sample-load.ts")).sampleLoad,
  },
  {
    name: "sample status",
    summary: "Show how far the sample is",
    load: async () => (await import("./commands/sample-status.ts")).sampleStatus,
  },
  {
    name: "sample remove",
    summary: "Remove the sample: its records, keys and tokens; its events stay in the log",
    load: async () => (await import("./commands/sample-remove.ts")).sampleRemove,
  },
  {
    name: "audit export",
    summary: "Write the events of a query to standard output, newest first",
    load: async () => (await import("./commands/audit-export.ts")).auditExport,
  },
  {
    name: "audit verify",
    summary:
      "Check the whole audit log of the live database against its signed checkpoints and the anchor file",
    load: async () => (await import("./commands/audit-verify.ts")).auditVerify,
  },
  {
    name: "operation show",
    summary: "Show how something that was asked of a keeper stands",
    load: async () => (await import("./commands/operation-show.ts")).operationShow,
  },
  {
    name: "doctor",
    summary: "Look whether everything is as it should be; 1 if something is not",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "migrate",
    summary: "Bring a PostgreSQL of your own (DATABASE_URL) to this version",
    load: async () => (await import("./commands/migrate.ts")).migrate,
  },
  {
    name: "recover",
    summary: "Read a restored database with nothing running, and write what is in it in clear",
    load: async () => (await import("./commands/recover.ts")).recover,
  },
  {
    name: "version",
    summary: "Print the versions of Keyfold and Node",
    load: async () => (await import("./commands/version.ts")).version,
  },
];
