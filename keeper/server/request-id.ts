import { takeRandom } from "#lib/crypto/random.ts";

/** A request's own id. Clients' ids are not taken over: one id in the log is one request. */
export const newRequestId = (): string => `req_${takeRandom(8).toString("hex")}`;
