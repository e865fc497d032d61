import { randomInt } from "node:crypto";

// No letter that looks like another: the password is read from a terminal once.
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** A random password of 125 bits, in five groups that can be typed from a screen. */
export const newPassword = (): string =>
  Array.from({ length: 5 }, () =>
    Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join(""),
  ).join("-");
