/** How reads and writes of a tenant's data are logged: counted in windows of ten seconds, or each request by itself. */
export const ACCESS_LOG_MODES = ["windows", "requests"] as const;
export type AccessLogMode = (typeof ACCESS_LOG_MODES)[number];
