/** A request's id: shown with every error, written into every event. Random, not secret. */
export const newRequestId = (): string =>
  `req_${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
