import type { TokenScope } from "#lib/domain/permissions.ts";
import { Checkbox } from "./ui/checkbox.tsx";

const SCOPE_WORDS: Record<TokenScope, string> = {
  "records:read": "Read records",
  "records:write": "Write and delete records",
  "records:export": "Export records as envelopes",
  "crypto:use": "Encrypt, decrypt and rewrap what the application stores itself",
  "crypto:admin":
    "Start and watch re-encryption; attest that no wrapped DEK is left outside under an old version",
};

/** What a token may do, to choose from. */
export const TokenScopes = ({ offered }: { offered: readonly TokenScope[] }) => (
  <fieldset className="grid min-w-0 grid-cols-1 gap-1">
    <legend className="mb-1 font-medium">It may</legend>
    {offered.map((scope) => (
      <Checkbox
        key={scope}
        name="scope"
        value={scope}
        label={<span className="whitespace-normal">{SCOPE_WORDS[scope]}</span>}
        defaultChecked={scope === "records:read" || scope === "records:write"}
      />
    ))}
  </fieldset>
);
