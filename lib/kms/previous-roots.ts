import { DomainError } from "#lib/domain/errors.ts";
import { parseRootKey, type RootKey } from "./root-key.ts";

const NAME = "ENCRYPTION_KEY_PREVIOUS";

const refuse = (sentence: string): never => {
  throw new DomainError("KMS_MISCONFIGURED", sentence);
};

/**
 * The roots before the current one, the newest first: 64 hexadecimal characters each, separated by commas.
 *
 * @throws `KMS_MISCONFIGURED` for one that is malformed, weak, named twice, or the current root. The sentence says
 *   which one by its place and never repeats the text.
 */
export const parsePreviousRoots = (text: string | undefined, current: RootKey): RootKey[] => {
  if (text === undefined || text.trim() === "") return [];
  const roots: RootKey[] = [];
  for (const [i, part] of text.split(",").entries()) {
    const place = `Key ${i + 1} of ${NAME}`;
    const root = parseRootKey(part, place);
    if (root.id.equals(current.id)) refuse(`${place} is the current root key: name only those before it.`);
    if (roots.some((known) => known.id.equals(root.id))) refuse(`${place} is there twice: name it once.`);
    roots.push(root);
  }
  return roots;
};
