import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { DomainError } from "#lib/domain/errors.ts";

/** OWASP's scrypt settings: 128 MiB and about a third of a second, for each try. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };

/** Each derivation takes 128 MiB: a flood of tries must not take the console's memory. */
const RUNNING_MAX = 2;
const WAITING_MAX = 30;
const waiting: (() => void)[] = [];
let running = 0;

const takeTurn = async (): Promise<void> => {
  if (running < RUNNING_MAX) {
    running += 1;
    return;
  }
  if (waiting.length >= WAITING_MAX)
    throw new DomainError("LIMIT_EXCEEDED", "Too many tries. Wait a minute and try again.");
  await new Promise<void>((resolve) => waiting.push(resolve));
};

const endTurn = (): void => {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
};

const derive = async (password: string, salt: Buffer): Promise<Buffer> => {
  await takeTurn();
  return scryptOnce(password, salt).finally(endTurn);
};

const scryptOnce = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize("NFKC"), salt, 32, COST, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );

/** `scrypt$<N>$<r>$<p>$<salt>$<hash>`, base64url. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const hash = await derive(password, salt);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
};

/** Compares in constant time. Without a stored hash it takes as long and says no, so that nobody learns who is known. */
export const checkPassword = async (password: string, stored: string | null): Promise<boolean> => {
  const [, n, r, p, salt, hash] = (stored ?? "").split("$");
  const known = Number(n) === COST.N && Number(r) === COST.r && Number(p) === COST.p && salt && hash;
  const derived = await derive(password, known ? Buffer.from(salt, "base64url") : randomBytes(16));
  return Boolean(known) && timingSafeEqual(derived, Buffer.from(hash ?? "", "base64url"));
};
