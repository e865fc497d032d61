import type { ConnectionCustody, ConnectionProvider } from "./connection.ts";
import type { CmkHealth } from "./key-state.ts";
import type { KmsQuota } from "./kms-quota.ts";
import type { PreflightView, ProviderVersion } from "./preflight.ts";

/** A connection as the console and the command line show it. Instants are RFC 3339. No secret is in it. */
export type ConnectionView = {
  id: string;
  name: string;
  provider: ConnectionProvider;
  custody: ConnectionCustody;
  config: Record<string, string>;
  externalId: string | null;
  providerKeyId: string;
  /** The name of the secret it needs; null for none. */
  secretField: string | null;
  /** Raised by every secret that was set; 0 while none was. */
  secretRevision: number;
  rev: number;
  createdAt: string;
  /** Whether keys may be put under it: a test has passed. */
  ready: boolean;
  /** Versions of keys that its CMK wraps. */
  keyVersions: number;
  probe: {
    health: CmkHealth;
    since: string;
    at: string;
    code: string | null;
    message: string | null;
    deletionAt: string | null;
    latencyMs: number | null;
    /** The provider's name of the CMK's algorithm, and where it keeps it; null while nobody could describe it. */
    algorithm: string | null;
    protection: string | null;
    versions: ProviderVersion[];
    /** A keeper asks nothing of the provider now, because nothing had answered: then one call tries. */
    paused: boolean;
  } | null;
  /** The newest test, running or ended. */
  preflight: PreflightView | null;
  /** Calls of the last 24 hours, and how many of them failed. */
  calls: number;
  failures: number;
  /** The requests that those calls were: a provider counts these. */
  requests: number;
  /** Of one keeper in one second, at most. */
  busiestSecond: number;
  /** What the busiest second is held against. */
  quota: KmsQuota | null;
};
