/** Roles of the operator's side. An auditor's role excludes every role that changes things. */
export const OPERATOR_ROLES = ["owner", "security-admin", "approver", "auditor", "support"] as const;
/** Roles of the tenant's side. */
export const TENANT_ROLES = ["tenant-admin", "tenant-auditor"] as const;
export const ROLES = [...OPERATOR_ROLES, ...TENANT_ROLES] as const;
export type Role = (typeof ROLES)[number];

/** Does a role belong to one tenant's side? Whoever has it sees that tenant and never all of them. */
export const isTenantRole = (role: Role): boolean => (TENANT_ROLES as readonly Role[]).includes(role);

/** The one permission table: services enforce it, keepers enforce it again on operations, pages only reflect it. */
export const PERMISSIONS = {
  "tenant:create": ["owner", "security-admin"],
  "tenant:read": [
    "owner",
    "security-admin",
    "approver",
    "auditor",
    "support",
    "tenant-admin",
    "tenant-auditor",
  ],
  // What spans tenants: their list, all jobs, what is found by a name or an id.
  "platform:read": ["owner", "security-admin", "approver", "auditor", "support"],
  "platform-audit:read": ["owner", "security-admin", "auditor"],
  "sample:manage": ["owner", "security-admin"],
  "tenant:configure": ["owner", "security-admin"],
  "key:create": ["owner", "security-admin"],
  "key:read": ["owner", "security-admin", "approver", "auditor", "support", "tenant-admin", "tenant-auditor"],
  "key:rotate": ["owner", "security-admin"],
  "key:suspend": ["owner", "security-admin"],
  "key:compromise": ["owner", "security-admin"],
  "key:deactivate": ["owner", "security-admin"],
  "key:retire": ["owner", "security-admin"],
  "key:attest": ["owner", "security-admin"],
  "key:move": ["owner", "security-admin"],
  "connection:manage": ["owner", "security-admin"],
  "connection:test": ["owner", "security-admin"],
  "connection:rotate": ["owner", "security-admin"],
  "connection:read": [
    "owner",
    "security-admin",
    "approver",
    "auditor",
    "support",
    "tenant-admin",
    "tenant-auditor",
  ],
  "platform-connection:manage": ["owner", "security-admin"],
  "platform-connection:test": ["owner", "security-admin"],
  "platform-connection:rotate": ["owner", "security-admin"],
  "platform-connection:read": ["owner", "security-admin", "approver", "auditor", "support"],
  "rewrap:run": ["owner", "security-admin"],
  "rewrap:read": [
    "owner",
    "security-admin",
    "approver",
    "auditor",
    "support",
    "tenant-admin",
    "tenant-auditor",
  ],
  "token:mint": ["owner", "security-admin"],
  "token:revoke": ["owner", "security-admin"],
  "token:read": ["owner", "security-admin", "auditor", "tenant-admin", "tenant-auditor"],
  "operator-token:mint": ["owner", "security-admin"],
  "operator-token:revoke": ["owner", "security-admin"],
  "operator-token:read": ["owner", "security-admin", "auditor"],
  "person:reset-password": ["owner"],
  "operation:read": ["owner", "security-admin", "approver", "auditor", "support"],
  "audit:read": ["owner", "security-admin", "auditor", "tenant-auditor"],
  "audit:export": ["owner", "security-admin", "auditor", "tenant-auditor"],
  // One's own shelf of queries: it changes nothing that is looked after.
  "audit-view:keep": ["owner", "security-admin", "auditor"],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

type RolesWith<P extends Permission> = (typeof PERMISSIONS)[P][number];
/** The permissions that no role of a tenant's side has: what spans tenants asks for one of these. */
export type PlatformPermission = {
  [P in Permission]: Extract<RolesWith<P>, (typeof TENANT_ROLES)[number]> extends never ? P : never;
}[Permission];

export const may = (role: Role, permission: Permission): boolean =>
  (PERMISSIONS[permission] as readonly Role[]).includes(role);

/** What a service token may be allowed to do on the data plane. */
export const TOKEN_SCOPES = [
  "records:read",
  "records:write",
  "records:export",
  "crypto:use",
  "crypto:admin",
] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** What an operator's token may be allowed to do, over all tenants. What destroys is apart from what re-encrypts. */
export const OPERATOR_TOKEN_SCOPES = ["crypto:admin", "keys:retire"] as const;
export type OperatorTokenScope = (typeof OPERATOR_TOKEN_SCOPES)[number];

/** Of a token of either kind. */
export type AnyTokenScope = TokenScope | OperatorTokenScope;

/** May a tenant's token have it? */
export const isTenantScope = (scope: AnyTokenScope): scope is TokenScope =>
  (TOKEN_SCOPES as readonly AnyTokenScope[]).includes(scope);
