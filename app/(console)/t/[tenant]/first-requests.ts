/** How an application writes its first record and reads it back, for a shell. */
export const firstRequests = (url: string, tenant: string): string => {
  const record = `${url}/v1/tenants/${tenant}/records/customers/42`;
  return [
    `curl -X PUT ${record} \\`,
    `  -H "Authorization: Bearer $KEYFOLD_TOKEN" -H "Content-Type: application/json" \\`,
    `  -d '{"fields":{"email":"alice@example.com"}}'`,
    "",
    `curl ${record} -H "Authorization: Bearer $KEYFOLD_TOKEN"`,
  ].join("\n");
};
