/** A clock that stands beside the real one and can be moved. */
export type Clock = { now(): Date; move(seconds: number): void };

export const createClock = (): Clock => {
  let aheadMs = 0;
  return {
    now: () => new Date(Date.now() + aheadMs),
    move: (seconds) => {
      aheadMs += seconds * 1000;
    },
  };
};

/** The clock's time in whole seconds, as providers write it. */
export const unixSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
