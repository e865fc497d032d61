import { DomainError } from "#lib/domain/errors.ts";
import { isUuid } from "#lib/domain/ids.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { HASH_BYTES } from "./leaf.ts";
import { parseSize } from "./size.ts";

/** A tenant's tree as published in the global tree. */
export type HeadLeaf = { tenant: string; size: number; root: Uint8Array };

const MAGIC = "keyfold.head/v1";
const PREFIX = new TextEncoder().encode(`${MAGIC}\n`);

const broken = (why: string): DomainError =>
  new DomainError("AUDIT_TREE_BROKEN", `A tenant head is malformed: ${why}.`);

const checked = (head: HeadLeaf): HeadLeaf => {
  if (!isUuid(head.tenant)) throw broken("the tenant is not a lower-case UUID");
  if (!Number.isSafeInteger(head.size) || head.size < 1) throw broken("the size is not a positive integer");
  if (head.root.length !== HASH_BYTES) throw broken("the root is not 32 bytes");
  return head;
};

/** The bytes of a tenant head as a leaf of the global tree (`docs/formats.md`, Audit). */
export const headLeaf = (head: HeadLeaf): Uint8Array => {
  const { tenant, size, root } = checked(head);
  return new TextEncoder().encode(`${MAGIC}\n${tenant}\n${size}\n${toBase64(root)}\n`);
};

/** Is this leaf of the global tree a tenant head? The rest are entries, and those start with `{`. */
export const isHeadLeaf = (leaf: Uint8Array): boolean => PREFIX.every((byte, i) => leaf[i] === byte);

/** The head in these bytes, or `AUDIT_TREE_BROKEN`; every accepted text is the one that `headLeaf` writes. */
export const parseHeadLeaf = (leaf: Uint8Array): HeadLeaf => {
  const lines = new TextDecoder().decode(leaf).split("\n");
  const [magic, tenant, size, root, end] = lines;
  if (lines.length !== 5 || magic !== MAGIC || end !== "") throw broken("it is not five fields");
  const bytes = fromBase64(root ?? "");
  if (bytes === null) throw broken("the root is not base64");
  return checked({ tenant: tenant ?? "", size: parseSize(size ?? "") ?? 0, root: bytes });
};
