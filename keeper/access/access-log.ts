import type { AccessVerb, EndedWindow } from "#db/queries/access-window.ts";
import { endWindows, insertEndedWindows, insertWindows } from "#db/queries/access-window.ts";
import { withTenant } from "#db/tenant-tx.ts";
import type { AccessLogMode } from "#lib/domain/access-log.ts";
import type { TenantId, TokenId } from "#lib/domain/ids.ts";
import { newId } from "#lib/domain/ids.ts";
import type { Keeper } from "../keeper.ts";
import { addCodes, countsOf } from "./count-codes.ts";

/** How long accesses of one kind are counted together (`docs/formats.md`, Audit). */
export const WINDOW_MS = 10_000;
const SWEEP_MS = 1_000;

export type Access = {
  tenantId: TenantId;
  tokenId: TokenId;
  verb: AccessVerb;
  collection: string;
  keyVersion: number;
  /** Of a tenant that has each request logged by itself: a window of its own for each. */
  accessLog?: AccessLogMode;
  req?: string;
  /** The one record it is about. */
  recordId?: string;
};

/** One access that is under way. `leave` says how many records it was about, and the error of each that it did not serve. */
export type Entered = { leave(count: number, errors: readonly unknown[]): void };

export type AccessLog = {
  /** Returns when the windows of these accesses, of one tenant, are committed: only then may an answer be sent. */
  enter(accesses: readonly Access[]): Promise<Entered[]>;
  /** Ends all windows. Requests have ended before. */
  close(): Promise<void>;
};

type Window = Access & {
  id: string;
  since: number;
  opened: Promise<unknown>;
  inUse: number;
  count: number;
  failed: number;
  codes: Map<string, number>;
};

type Parts = Pick<Keeper, "id" | "db" | "log">;

const keyOf = (access: Access): string =>
  [access.tenantId, access.tokenId, access.verb, access.keyVersion, access.collection].join(" ");

/** A window that many requests share tells of none of them. */
const onlyRequest = (window: Window): Window => {
  if (window.accessLog === "requests") return window;
  const { req: _req, recordId: _recordId, ...shared } = window;
  return shared;
};

const flush = async (keeper: Parts, tenantId: TenantId, windows: readonly Window[]): Promise<void> => {
  const ended = windows.map((window): EndedWindow => {
    const startedAt = new Date(performance.timeOrigin + window.since).toISOString();
    return { ...onlyRequest(window), codes: countsOf(window.codes), keeperId: keeper.id, startedAt };
  });
  await withTenant(keeper.db, tenantId, async (tx) => {
    const found = new Set(await endWindows(tx, ended));
    // Taken for lost meanwhile, and told as incomplete without these counts: they follow in a window of their own.
    const late = ended.filter((window) => !found.has(window.id) && window.count > 0);
    if (late.length > 0)
      await insertEndedWindows(
        tx,
        late.map((window) => ({ ...window, id: newId() })),
      );
  });
};

/**
 * Data access in windows of ten seconds per token, verb, collection and key version. A window is committed before the
 * first answer in it; its counts stand in memory until it ends, so that a read costs no write.
 */
export const createAccessLog = (keeper: Parts, windowMs = WINDOW_MS): AccessLog => {
  const open = new Map<string, Window>();
  let ended: Window[] = [];
  let sweeping: Promise<void> | null = null;

  const begin = (accesses: readonly Access[]): Window[] => {
    const fresh: Window[] = [];
    const windows = accesses.map((access) => {
      const single = access.accessLog === "requests";
      const known = single ? undefined : open.get(keyOf(access));
      if (known) return known;
      const since = performance.now();
      const made = {
        ...access,
        id: newId(),
        since,
        opened: Promise.resolve(),
        inUse: 0,
        count: 0,
        failed: 0,
        codes: new Map<string, number>(),
      };
      if (!single) open.set(keyOf(access), made);
      fresh.push(made);
      return made;
    });
    const [first] = fresh;
    if (!first) return windows;
    const opened = withTenant(keeper.db, first.tenantId, (tx) =>
      insertWindows(
        tx,
        fresh.map((window) => ({ ...onlyRequest(window), keeperId: keeper.id })),
      ),
    );
    for (const window of fresh) {
      window.opened = opened;
      // A window that could not be opened is forgotten: the next access tries anew.
      opened.catch(() => {
        if (open.get(keyOf(window)) === window) open.delete(keyOf(window));
      });
    }
    return windows;
  };

  const enter: AccessLog["enter"] = async (accesses) => {
    const windows = begin(accesses);
    for (const window of windows) window.inUse += 1;
    try {
      await Promise.all(windows.map((window) => window.opened));
    } catch (error) {
      for (const window of windows) window.inUse -= 1;
      throw error;
    }
    return windows.map((window) => ({
      leave: (count, errors) => {
        window.inUse -= 1;
        window.count += count;
        window.failed += errors.length;
        addCodes(window.codes, errors);
        // Nobody else enters it.
        if (window.accessLog === "requests") ended.push(window);
      },
    }));
  };

  const retire = (before: number): void => {
    for (const [key, window] of open) {
      if (window.since > before) continue;
      open.delete(key);
      ended.push(window);
    }
  };

  const sweep = async (): Promise<void> => {
    const idle = ended.filter((window) => window.inUse === 0);
    for (const [tenantId, windows] of Map.groupBy(idle, (window) => window.tenantId)) {
      try {
        await flush(keeper, tenantId, windows);
        ended = ended.filter((window) => !windows.includes(window));
      } catch (err) {
        keeper.log.warn({ err, windows: windows.length }, "windows of data access wait to be written");
      }
    }
  };

  const timer = setInterval(() => {
    retire(performance.now() - windowMs);
    if (ended.length === 0) return;
    sweeping ??= sweep().finally(() => {
      sweeping = null;
    });
  }, SWEEP_MS).unref();

  return {
    enter,
    close: async () => {
      clearInterval(timer);
      retire(performance.now());
      await sweeping;
      await sweep();
    },
  };
};
