/** Counts the calls of a KMS that were made for one request id. */
export type KmsCalls = {
  /** Those since the last time this was asked. */
  take(): number;
  end(): void;
};

const counted = new Map<string, number>();

/** A call was made: it counts if somebody counts for its request. */
export const noteKmsCall = (req: string): void => {
  const calls = counted.get(req);
  if (calls !== undefined) counted.set(req, calls + 1);
};

/** Begins to count for a request id of one's own. */
export const countKmsCalls = (req: string): KmsCalls => {
  counted.set(req, 0);
  return {
    take: () => {
      const calls = counted.get(req) ?? 0;
      counted.set(req, 0);
      return calls;
    },
    end: () => void counted.delete(req),
  };
};
