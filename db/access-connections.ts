import { READ, same, type TableAccess } from "./grants.ts";

const CONNECTION_UNSEALED = [
  "tenant_id",
  "id",
  "name",
  "provider",
  "custody",
  "config",
  "external_id",
  "provider_key_id",
  "secret_revision",
  "created_at",
  "removed_at",
  "rev",
] as const;
const PROBE_SEEN = [
  "tenant_id",
  "connection_id",
  "health",
  "since",
  "at",
  "code",
  "message",
  "deletion_at",
  "latency_ms",
  "algorithm",
  "protection",
  "versions",
  "paused_at",
] as const;

/**
 * The part of `ACCESS` that is about connections to a KMS: no console sees a sealed secret, a canary or a private
 * key. Keepers write a tenant's as that tenant, and the platform's own as the operator.
 */
export const CONNECTION_ACCESS: Record<string, TableAccess> = {
  kms_connection: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(
        { SELECT: CONNECTION_UNSEALED },
        "console_tenant",
        "console_operator",
        "cli_tenant",
        "cli_operator",
      ),
      ...same(
        {
          SELECT: true,
          INSERT: true,
          UPDATE: ["secret", "secret_revision", "removed_at", "rev", "mac"],
        },
        "keeper_tenant",
        "keeper_operator",
      ),
    },
  },
  kms_preflight: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      ...same(
        {
          SELECT: true,
          INSERT: true,
          UPDATE: ["finished_at", "passed", "steps", "warnings", "p50_ms", "p95_ms"],
        },
        "keeper_tenant",
        "keeper_operator",
      ),
    },
  },
  kms_probe: {
    tenantColumn: "tenant_id",
    grants: {
      ...same({ SELECT: PROBE_SEEN }, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      ...same({ SELECT: true, INSERT: true, UPDATE: true, DELETE: true }, "keeper_tenant", "keeper_operator"),
    },
  },
  kms_call_hour: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      ...same(
        {
          SELECT: true,
          INSERT: true,
          UPDATE: ["calls", "failures", "requests", "busiest_second"],
        },
        "keeper_tenant",
        "keeper_operator",
      ),
    },
  },
  sealing_key: {
    grants: {
      ...same({ SELECT: ["id", "public_key", "created_at"] }, "console_operator", "cli_operator"),
      keeper_operator: { SELECT: true, INSERT: true },
    },
  },
};
