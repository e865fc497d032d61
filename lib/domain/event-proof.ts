/** RFC 6962: the leaf of an event is in its tree. Hashes in standard base64. */
export type EventProof = { index: number; size: number; root: string; proof: string[] };
