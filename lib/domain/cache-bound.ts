/**
 * How long an opened KEK is used without asking its KMS again. After a provider starts to refuse, reads stop within it:
 * the bound is printed on the tenant's page.
 */
export const KEK_CACHE_SECONDS = 300;
