import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Life, supervise, type Unit } from "./supervise.ts";

type Puppet = Life & { die(): void; stopped: boolean };

const newLife = (pid: number): Puppet => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const puppet: Puppet = {
    pid,
    ready: Promise.resolve(),
    exited: promise,
    stopped: false,
    die: () => resolve("exit code 1"),
    stop: async () => {
      puppet.stopped = true;
      resolve("stopped");
    },
  };
  return puppet;
};

const stage = () => {
  const lives: Puppet[] = [newLife(1)];
  const begin = async (): Promise<Life> => {
    const life = newLife(lives.length + 1);
    lives.push(life);
    return life;
  };
  const unit: Unit = { name: "keeper", begin: vi.fn(begin) };
  const said: string[] = [];
  const gaveUp: string[] = [];
  const supervised = supervise(unit, lives[0] as Life, {
    say: (sentence) => said.push(sentence),
    onRestarted: () => {},
    onGiveUp: (sentence) => gaveUp.push(sentence),
  });
  return { lives, unit, said, gaveUp, supervised };
};

const last = (lives: Puppet[]): Puppet => lives.at(-1) as Puppet;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("supervise", () => {
  it("starts a process that died again, after the delay it announces", async () => {
    const { lives, said, supervised } = stage();
    last(lives).die();
    await vi.advanceTimersByTimeAsync(999);
    expect(lives).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(supervised.pid()).toBe(2);
    expect(said).toEqual(["The keeper ended (exit code 1); it is started again in 1 s."]);
  });

  it("gives up with one sentence when it keeps dying", async () => {
    const { lives, gaveUp } = stage();
    for (let n = 0; n < 11; n += 1) {
      last(lives).die();
      await vi.advanceTimersToNextTimerAsync();
    }
    expect(lives.length).toBe(11);
    expect(gaveUp).toEqual(["The keeper ended again and again (last: exit code 1), so Keyfold stops."]);
  });

  it("counts a start that fails as a death", async () => {
    const { lives, unit, said, supervised } = stage();
    vi.mocked(unit.begin).mockRejectedValueOnce(new Error("the port is in use"));
    last(lives).die();
    await vi.advanceTimersByTimeAsync(1_001);
    expect(said.at(-1)).toBe("The keeper ended (the port is in use); it is started again in 2 s.");
    await vi.advanceTimersByTimeAsync(2_001);
    expect(supervised.pid()).toBe(2);
  });

  it("stops the life it has and begins no other", async () => {
    const { lives, supervised } = stage();
    await supervised.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lives).toHaveLength(1);
    expect(last(lives).stopped).toBe(true);
  });

  it("begins no life when it is stopped while waiting", async () => {
    const { lives, supervised } = stage();
    last(lives).die();
    await vi.advanceTimersByTimeAsync(10);
    await supervised.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lives).toHaveLength(1);
  });
});
