import type { TokenCredential } from "@azure/identity";
import type { KeyClientOptions } from "@azure/keyvault-keys";

export type AzureAuth =
  | ({ tenantId: string; clientId: string } & (
      | { kind: "secret"; clientSecret: string }
      /** A federated credential: the app trusts an assertion that is made for every login. */
      | { kind: "federated"; assertion: () => Promise<string> }
    ))
  /** What the machine has, asked for by the SDK itself: for the operator's own key alone. */
  | { kind: "ambient" };

/** Who we are to Azure. Callers that need a token at once share one login. */
export const credentialOf = (
  identity: typeof import("@azure/identity"),
  { auth, authorityHost }: { auth: AzureAuth; authorityHost?: string },
  common: Pick<KeyClientOptions, "httpClient" | "retryOptions">,
): TokenCredential => {
  const directory = authorityHost ? { authorityHost, disableInstanceDiscovery: true } : {};
  const login = { ...common, ...directory };
  // Always for the customer's directory: the vault's challenge names it, and another one is refused.
  switch (auth.kind) {
    case "secret":
      return shared(
        () => new identity.ClientSecretCredential(auth.tenantId, auth.clientId, auth.clientSecret, login),
      );
    case "federated":
      return shared(
        () => new identity.ClientAssertionCredential(auth.tenantId, auth.clientId, auth.assertion, login),
      );
    case "ambient":
      return shared(() => new identity.DefaultAzureCredential(directory));
  }
};

/** Made when a token is asked for: the SDK takes no empty secret, and a connection without one can be reached. */
const shared = (make: () => TokenCredential): TokenCredential => {
  let credential: TokenCredential | undefined;
  const pending = new Map<string, ReturnType<TokenCredential["getToken"]>>();
  return {
    getToken: (scopes, { tenantId, claims, enableCae } = {}) => {
      const which = JSON.stringify([scopes, tenantId, claims, enableCae]);
      const held = pending.get(which);
      if (held !== undefined) return held;
      // Without the caller's signal: the others would be left with it. The way out has deadlines of its own.
      credential ??= make();
      const asked = credential
        .getToken(scopes, { tenantId, claims, enableCae })
        .finally(() => pending.delete(which));
      pending.set(which, asked);
      return asked;
    },
  };
};
