import type { Route } from "next";
import { CodeSample } from "#components/ui/code-sample.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";

const requests = (url: string, tenant: string): string => {
  const record = `${url}/v1/tenants/${tenant}/records/customers/42`;
  return [
    `curl -X PUT ${record} \\`,
    `  -H "Authorization: Bearer $KEYFOLD_TOKEN" -H "Content-Type: application/json" \\`,
    `  -d '{"fields":{"email":"alice@example.com"}}'`,
    "",
    `curl ${record} -H "Authorization: Bearer $KEYFOLD_TOKEN"`,
  ].join("\n");
};

/** How an application writes its first record and reads it back. */
export const FirstRecord = ({ tenant, url }: { tenant: string; url: string }) => (
  <Section
    title="Write the first record"
    description={
      <>
        Make a <TextLink href={`/t/${tenant}/tokens` as Route}>service token</TextLink>, put it into{" "}
        <code className="font-mono">KEYFOLD_TOKEN</code>, and send this to the keeper. Each write gets a DEK
        of its own, wrapped under the current version of the key.
      </>
    }
  >
    <CodeSample label="Requests, for a shell" code={requests(url, tenant)} />
  </Section>
);
