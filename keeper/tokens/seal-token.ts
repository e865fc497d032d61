import type { AnyTx } from "#db/tenant-tx.ts";
import { grantMac } from "#lib/crypto/grant-mac.ts";
import type { Keeper } from "../keeper.ts";
import type { TokenMeaning } from "./token-pairs.ts";
import { OPERATOR_TOKEN_TABLE, TOKEN_TABLE, tokenPairs } from "./token-pairs.ts";

/** The keeper's MAC that makes a token's row count, for whoever the transaction is of. */
export const sealToken = (
  { keyring }: Pick<Keeper, "keyring">,
  tx: AnyTx,
  meaning: Omit<TokenMeaning, "tenant" | "hash"> & { hash: Uint8Array },
): Uint8Array => {
  const tenant = "tenantId" in tx ? tx.tenantId : null;
  const hash = Buffer.from(meaning.hash).toString("hex");
  return grantMac(
    keyring,
    tenant === null ? OPERATOR_TOKEN_TABLE : TOKEN_TABLE,
    tokenPairs({ ...meaning, tenant, hash }),
  );
};

/** What an event is about that tells of a token. */
export const tokenTarget = (tx: AnyTx, id: string) => ({
  type: "tenantId" in tx ? ("token" as const) : ("operator_token" as const),
  id,
});
