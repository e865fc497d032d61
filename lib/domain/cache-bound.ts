/**
 * How long an opened KEK is used without asking its KMS again. After a provider starts to refuse, reads stop within it:
 * the bound is printed on the tenant's page.
 */
export const KEK_CACHE_SECONDS = 300;

/**
 * How long a keeper uses an opened KEK without asking the database whether its key was suspended or its version
 * destroyed. Records ask with every request; this is the bound for what an application unwraps itself.
 */
export const STANDING_SECONDS = 5;
