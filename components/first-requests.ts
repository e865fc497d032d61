import type { AnyTokenScope, OperatorTokenScope, TokenScope } from "#lib/domain/permissions.ts";

/** Where an example is sent, and whose data it is about; without a tenant it is the operator's. */
export type ExamplePlace = { url: string; tenant?: string | undefined };

const AUTH = '-H "Authorization: Bearer $KEYFOLD_TOKEN"';
const JSON_BODY = '-H "Content-Type: application/json"';
const post = (url: string, body: unknown): string =>
  [`curl -X POST ${url} \\`, `  ${AUTH} ${JSON_BODY} \\`, `  -d '${JSON.stringify(body)}'`].join("\n");

const writeRequest = (record: string): string =>
  [
    `curl -X PUT ${record} \\`,
    `  ${AUTH} ${JSON_BODY} \\`,
    `  -d '{"fields":{"email":"alice@example.com"}}'`,
  ].join("\n");
const readRequest = (record: string): string => `curl ${record} ${AUTH}`;

/** How an application writes its first record and reads it back, for a shell. */
export const firstRequests = (url: string, tenant: string): string => {
  const record = `${url}/v1/tenants/${tenant}/records/customers/42`;
  return `${writeRequest(record)}\n\n${readRequest(record)}`;
};

const jobsRequest = ({ url, tenant }: ExamplePlace): string =>
  `curl "${url}/v1/admin/crypto/re-encrypt${tenant ? `?tenant=${tenant}` : ""}" ${AUTH}`;

/** What holds the first version of a tenant's key: the operator's token is of none, so the tenant is still to be named. */
const retireRequest = ({ url }: ExamplePlace): string =>
  `curl "${url}/v1/admin/crypto/retire?tenant=<slug>&key=default&version=1" ${AUTH}`;

const chosen = <S extends AnyTokenScope>(
  scopes: readonly AnyTokenScope[],
  examples: readonly (readonly [S, string])[],
): string =>
  examples
    .filter(([scope]) => scopes.includes(scope))
    .map(([, example]) => example)
    .join("\n\n");

/** What a token that was just made can be tried with, by what it may do. */
export const requestsFor = (scopes: readonly AnyTokenScope[], place: ExamplePlace): string => {
  const { url, tenant } = place;
  if (tenant === undefined)
    return chosen<OperatorTokenScope>(scopes, [
      ["crypto:admin", jobsRequest(place)],
      ["keys:retire", retireRequest(place)],
    ]);
  const record = `${url}/v1/tenants/${tenant}/records/customers/42`;
  const value = { collection: "customers", record: "42", fields: { email: "YWxpY2VAZXhhbXBsZS5jb20=" } };
  return chosen<TokenScope>(scopes, [
    ["records:write", writeRequest(record)],
    ["records:read", readRequest(record)],
    ["records:export", `curl "${record}?form=envelope" ${AUTH}`],
    ["crypto:use", post(`${url}/v1/tenants/${tenant}/encrypt`, { items: [value] })],
    ["crypto:admin", jobsRequest(place)],
  ]);
};

/** The same with the token in its place, to paste as a whole. */
export const withToken = (token: string, requests: string): string =>
  `export KEYFOLD_TOKEN=${token}\n\n${requests}`;
