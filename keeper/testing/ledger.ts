/**
 * What each record may hold. A write whose answer never came may or may not have happened: until the next one that was
 * answered, both values are right.
 */
export type Ledger = {
  /** To be called before a write is sent. */
  begin(record: string, value: string): void;
  /** The write was answered: nothing else is right from now on. */
  confirm(record: string, value: string): void;
  isRight(record: string, value: string): boolean;
  records(): IterableIterator<string>;
};

export const createLedger = (): Ledger => {
  const right = new Map<string, Set<string>>();
  return {
    begin: (record, value) => {
      const values = right.get(record) ?? new Set();
      values.add(value);
      right.set(record, values);
    },
    confirm: (record, value) => void right.set(record, new Set([value])),
    isRight: (record, value) => right.get(record)?.has(value) ?? false,
    records: () => right.keys(),
  };
};
