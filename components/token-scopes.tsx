import type { AnyTokenScope, OperatorTokenScope, TokenScope } from "#lib/domain/permissions.ts";
import type { TokenKind } from "#lib/domain/token.ts";
import { Checkbox } from "./ui/checkbox.tsx";

type Words = Partial<Record<AnyTokenScope, string>>;

const TENANT_WORDS: Record<TokenScope, string> = {
  "records:read": "Read records",
  "records:write": "Write and delete records",
  "records:export": "Export records as envelopes",
  "crypto:use": "Encrypt, decrypt and rewrap what the application stores itself",
  "crypto:admin":
    "Start and watch re-encryption; attest that no wrapped DEK is left outside under an old version",
};
const OPERATOR_WORDS: Record<OperatorTokenScope, string> = {
  "crypto:admin": "Start and watch re-encryption",
  "keys:retire": "Retire old key versions: destroy for good what nothing needs any more",
};
const WORDS: Record<TokenKind, Words> = { live: TENANT_WORDS, oper: OPERATOR_WORDS };

/** What most tokens are made for. */
const CHOSEN: Record<TokenKind, readonly AnyTokenScope[]> = {
  live: ["records:read", "records:write"],
  oper: ["crypto:admin"],
};

/** What a token may do, to choose from. */
export const TokenScopes = ({ kind, offered }: { kind: TokenKind; offered: readonly AnyTokenScope[] }) => (
  <fieldset className="grid min-w-0 grid-cols-1 gap-1">
    <legend className="mb-1 font-medium">It may</legend>
    {offered.map((scope) => (
      <Checkbox
        key={scope}
        name="scope"
        value={scope}
        label={<span className="whitespace-normal">{WORDS[kind][scope] ?? scope}</span>}
        defaultChecked={CHOSEN[kind].includes(scope)}
      />
    ))}
  </fieldset>
);
