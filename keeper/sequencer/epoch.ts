/** The log's first epoch. A restore that loses leaves opens the next one (`docs/formats.md`, Audit). */
export const EPOCH = 1;
