/**
 * Invented people, the same at every run. Nothing in them can be somebody's: e-mail addresses under example.com,
 * telephone numbers that are kept for fiction, identity numbers and bank accounts with parts that are never given out.
 */
const GIVEN =
  "Ada Amara Bela Chidi Dara Elif Farid Greta Hana Ilya Jonas Kaya Lena Mateo Nadia Omar Petra Quentin Rosa Sven Tala".split(
    " ",
  );
const FAMILY =
  "Albers Bianchi Castro Dahl Eriksen Fontaine Grant Haddad Ivanova Jansen Kowalski Lindqvist Moreau Nakamura Okafor Quist".split(
    " ",
  );
const STREETS = ["Mill Lane", "Harbour Road", "Station Street", "Orchard Way", "Quay Side"] as const;
const SUBJECTS = ["Invoice", "Delivery", "Address change", "Refund", "Appointment"] as const;

/** A well mixed 32-bit number for each index and use. */
const mix = (n: number, use: number): number => {
  let x = Math.imul(n + 1, 0x9e37_79b1) ^ Math.imul(use + 1, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb_352d);
  x = Math.imul(x ^ (x >>> 15), 0x846c_a68b);
  return (x ^ (x >>> 16)) >>> 0;
};

const pick = <T>(list: readonly T[], n: number, use: number): T => list[mix(n, use) % list.length] as T;
const digits = (n: number, use: number, length: number): string =>
  String(mix(n, use) % 10 ** length).padStart(length, "0");

const nameOf = (n: number): string => `${pick(GIVEN, n, 1)} ${pick(FAMILY, n, 2)}`;

const customer = (n: number): Record<string, string> => {
  const name = nameOf(n);
  return {
    name,
    email: `${name.toLowerCase().replace(" ", ".")}.${n}@example.com`,
    // +1 555 0100 to 0199 are given to nobody.
    phone: `+1 202 555 01${digits(n, 3, 2)}`,
    // No identity number of the United States begins with 000.
    government_id: `000-${digits(n, 4, 2)}-${digits(n, 5, 4)}`,
    address: `${(mix(n, 6) % 180) + 1} ${pick(STREETS, n, 7)}`,
  };
};

const payment = (n: number): Record<string, string> => ({
  holder: nameOf(n),
  // Check digits 00 make it no account.
  iban: `GB00KEYF${digits(n, 8, 6)}${digits(n, 9, 8)}`,
  amount: `${(mix(n, 10) % 90_000) / 100 + 5} EUR`,
});

const ticket = (n: number): Record<string, string> => ({
  from: `${nameOf(n).toLowerCase().replace(" ", ".")}.${n}@example.com`,
  subject: `${pick(SUBJECTS, n, 11)} ${digits(n, 12, 5)}`,
  body: `${nameOf(n)} asks about an ${pick(SUBJECTS, n, 13).toLowerCase()} and would like a call back.`,
});

const COLLECTIONS = [
  { name: "customers", prefix: "cus", fields: customer },
  { name: "customers", prefix: "cus", fields: customer },
  { name: "customers", prefix: "cus", fields: customer },
  { name: "payments", prefix: "pay", fields: payment },
  { name: "tickets", prefix: "tic", fields: ticket },
] as const;

export type InventedRecord = { collection: string; record: string; fields: Record<string, string> };

/** The record at a place. Three of five are customers; the others are what customers leave behind. */
export const inventedRecord = (tenant: number, place: number): InventedRecord => {
  const { name, prefix, fields } = COLLECTIONS[place % COLLECTIONS.length] ?? COLLECTIONS[0];
  const n = tenant * 1_000_000 + place;
  return { collection: name, record: `${prefix}_${String(place).padStart(6, "0")}`, fields: fields(n) };
};
