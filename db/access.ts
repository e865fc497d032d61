import { CONNECTION_ACCESS } from "./access-connections.ts";
import { type ActingRole, type Grant, READ, same, type TableAccess } from "./grants.ts";

const OPERATION_ASK: Grant = {
  SELECT: true,
  INSERT: ["id", "tenant_id", "kind", "input", "actor_type", "actor_id", "req", "event_id"],
};
const KEY_VERSION_UNSEALED = [
  "tenant_id",
  "key_id",
  "number",
  "state",
  "current",
  "cmk_id",
  "cmk_version",
  "rev",
  "wraps_reserved",
  "issued",
  "empty_since",
  "created_at",
] as const;
const DEK_UNSEALED = ["tenant_id", "key_id", "record_id", "key_version"] as const;
const TOKEN_PUBLIC = [
  "tenant_id",
  "id",
  "prefix",
  "scopes",
  "rate_limit",
  "created_at",
  "expires_at",
  "revoked_at",
  "last_used_at",
  "rev",
] as const;
/** What a tenant's administration may choose. */
const TENANT_POLICY = ["compromised_reads", "access_log"] as const;
const OPERATOR_TOKEN_PUBLIC = TOKEN_PUBLIC.filter((column) => column !== "tenant_id");
const JOB_ASK: Grant = {
  SELECT: true,
  INSERT: ["tenant_id", "id", "key_id", "mode", "target_version", "max_rate", "intensity"],
  UPDATE: ["status", "max_rate", "intensity", "retry", "completed_at", "updated_at"],
};
const EVENT_WRITE: Grant = { SELECT: true, INSERT: ["entry"] };

/**
 * Who may do what to which table: the one place. The migrator makes the database equal to it after every migration,
 * and a test compares the live grants with it. The console never sees wrapped keys, MACs, seeds or token hashes.
 */
export const ACCESS: Record<string, TableAccess> = {
  deployment: {
    grants: { ...same(READ, "console_operator", "keeper_operator", "sequencer_operator", "cli_operator") },
  },
  keeper_heartbeat: {
    grants: {
      ...same(READ, "console_operator", "cli_operator"),
      keeper_operator: { SELECT: true, INSERT: true, UPDATE: true, DELETE: true },
    },
  },
  person: {
    grants: {
      console_operator: { SELECT: ["id", "email", "name", "role", "password_hash", "created_at", "rev"] },
      cli_operator: {
        SELECT: ["id", "email", "name", "role", "created_at", "rev"],
        UPDATE: ["password_hash"],
      },
      keeper_operator: { SELECT: true, INSERT: true },
    },
  },
  console_session: {
    grants: {
      console_operator: { SELECT: true, INSERT: true, UPDATE: ["last_seen_at", "revoked_at"] },
      // Who has a new password has no session from before it.
      cli_operator: { SELECT: ["id", "person_id", "revoked_at"], UPDATE: ["revoked_at"] },
    },
  },
  tenant: {
    tenantColumn: "id",
    grants: {
      ...same(READ, "keeper_operator", "sequencer_operator"),
      ...same({ SELECT: true, UPDATE: TENANT_POLICY }, "console_tenant", "cli_tenant"),
      ...same({ SELECT: true, INSERT: true }, "console_operator", "cli_operator"),
      // A sample tenant's data can be removed; that it was there stays.
      keeper_tenant: { SELECT: true, UPDATE: ["removed_at"] },
    },
  },
  sample_run: {
    grants: {
      ...same({ SELECT: true, UPDATE: ["state", "updated_at"] }, "console_operator"),
      ...same({ SELECT: true, INSERT: true, UPDATE: true }, "cli_operator"),
    },
  },
  cmk: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      ...same(
        { SELECT: true, INSERT: true, UPDATE: ["health", "number", "provider_version"] },
        "keeper_tenant",
        "keeper_operator",
      ),
    },
  },
  ...CONNECTION_ACCESS,
  keyring: {
    grants: { keeper_operator: { SELECT: true, INSERT: true, UPDATE: ["wrapped", "cmk_id", "cmk_version"] } },
  },
  key: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator", "keeper_operator"),
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: ["status", "rev", "custody", "provider"] },
    },
  },
  key_version: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(
        { SELECT: KEY_VERSION_UNSEALED },
        "console_tenant",
        "console_operator",
        "cli_tenant",
        "cli_operator",
      ),
      keeper_tenant: {
        SELECT: true,
        INSERT: true,
        UPDATE: [
          "state",
          "current",
          "cmk_id",
          "cmk_version",
          "blob",
          "rev",
          "mac",
          "wraps_reserved",
          "issued",
          "settled_at",
          "empty_since",
        ],
      },
      keeper_operator: READ,
    },
  },
  key_version_transition: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      keeper_tenant: { SELECT: true, INSERT: true },
    },
  },
  key_version_attestation: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "cli_tenant"),
      keeper_tenant: { SELECT: true, INSERT: true },
    },
  },
  moved_wrap: {
    tenantColumn: "tenant_id",
    grants: { keeper_tenant: { SELECT: true, INSERT: true, DELETE: true } },
  },
  key_state_transition: { grants: { ...same(READ, "console_operator", "keeper_operator", "cli_operator") } },
  record: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(READ, "console_tenant", "cli_tenant"),
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: ["key_id", "updated_at"], DELETE: true },
    },
  },
  record_field: {
    tenantColumn: "tenant_id",
    grants: { keeper_tenant: { SELECT: true, INSERT: true, UPDATE: ["ciphertext"], DELETE: true } },
  },
  dek: {
    tenantColumn: "tenant_id",
    grants: {
      ...same({ SELECT: DEK_UNSEALED }, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: ["key_version", "wrapped_dek"], DELETE: true },
    },
  },
  service_token: {
    tenantColumn: "tenant_id",
    grants: {
      ...same({ SELECT: TOKEN_PUBLIC }, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: ["revoked_at", "last_used_at", "rev", "mac"] },
      keeper_operator: READ,
    },
  },
  operator_token: {
    grants: {
      ...same({ SELECT: OPERATOR_TOKEN_PUBLIC }, "console_operator", "cli_operator"),
      keeper_operator: { SELECT: true, INSERT: true, UPDATE: ["revoked_at", "last_used_at", "rev", "mac"] },
    },
  },
  operation: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(OPERATION_ASK, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      keeper_operator: {
        SELECT: true,
        // The daily test of a connection of the platform.
        INSERT: ["id", "tenant_id", "kind", "input", "actor_type", "actor_id", "req", "event_id"],
        UPDATE: [
          "state",
          "lease_owner",
          "lease_until",
          "attempts",
          "outcome",
          "error_code",
          "error_message",
          "finished_at",
        ],
      },
      keeper_tenant: {
        SELECT: true,
        // A version that nears its last wrap is rotated by the keeper that sees it.
        INSERT: ["id", "tenant_id", "kind", "input", "actor_type", "actor_id", "req", "event_id"],
        UPDATE: [
          "state",
          "lease_owner",
          "lease_until",
          "attempts",
          "outcome",
          "error_code",
          "error_message",
          "finished_at",
        ],
      },
    },
  },
  rewrap_job: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(JOB_ASK, "console_tenant", "cli_tenant"),
      ...same(READ, "console_operator", "cli_operator"),
      keeper_operator: READ,
      keeper_tenant: {
        SELECT: true,
        INSERT: true,
        UPDATE: [
          "status",
          "target_version",
          "total",
          "rate_per_second",
          "barrier",
          "wait_code",
          "retry",
          "versions_before",
          "versions_after",
          "kms_calls",
          "latency",
          "started_at",
          "completed_at",
          "updated_at",
          "lease_owner",
          "lease_until",
        ],
      },
    },
  },
  rewrap_chunk: {
    tenantColumn: "tenant_id",
    grants: {
      keeper_operator: READ,
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: true, DELETE: true },
    },
  },
  rewrap_failure: {
    tenantColumn: "tenant_id",
    grants: {
      keeper_operator: READ,
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator"),
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: true, DELETE: true },
    },
  },
  audit_event: {
    tenantColumn: "tenant_id",
    grants: {
      ...same(
        EVENT_WRITE,
        "console_tenant",
        "console_operator",
        "keeper_tenant",
        "keeper_operator",
        "sequencer_operator",
        "cli_tenant",
        "cli_operator",
      ),
    },
  },
  audit_queue: {
    grants: {
      sequencer_operator: { SELECT: true, DELETE: true },
      ...same(READ, "cli_operator", "console_operator"),
    },
  },
  audit_leaf: {
    tenantColumn: "log_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator", "keeper_operator"),
      sequencer_operator: { SELECT: true, INSERT: true },
    },
  },
  // Read by audit_text_search alone, and written by audit_index_events.
  audit_text: { tenantColumn: "log_id", grants: {} },
  audit_hour: {
    tenantColumn: "log_id",
    grants: { ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator") },
  },
  audit_day: {
    tenantColumn: "log_id",
    grants: { ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator") },
  },
  audit_actor_day: {
    tenantColumn: "log_id",
    grants: { ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator") },
  },
  audit_head: {
    tenantColumn: "log_id",
    grants: {
      ...same(READ, "console_tenant", "console_operator", "cli_tenant", "cli_operator", "keeper_operator"),
      sequencer_operator: { SELECT: true, INSERT: true, UPDATE: ["size", "hashes", "published_size"] },
    },
  },
  audit_checkpoint: {
    grants: {
      ...same(READ, "console_operator", "cli_operator", "keeper_operator"),
      sequencer_operator: { SELECT: true, INSERT: true },
    },
  },
  audit_key: {
    grants: {
      ...same({ SELECT: ["epoch", "vkey", "created_at"] }, "console_operator", "cli_operator"),
      sequencer_operator: { SELECT: true, INSERT: true },
    },
  },
  audit_view: { grants: { console_operator: { SELECT: true, INSERT: true, DELETE: true } } },
  access_window: {
    tenantColumn: "tenant_id",
    grants: {
      keeper_tenant: { SELECT: true, INSERT: true, UPDATE: ["ended_at", "count", "failed", "codes"] },
      sequencer_operator: { SELECT: true, DELETE: true },
      ...same(READ, "cli_operator"),
    },
  },
};

/** Who may call the functions that do as the tables' owner what a role may not. */
export const FUNCTION_ACCESS: Record<string, readonly ActingRole[]> = {
  audit_text_search: ["console_tenant", "console_operator", "cli_tenant", "cli_operator"],
  audit_index_events: ["sequencer_operator"],
  hold_platform_connection: ["keeper_tenant"],
};
