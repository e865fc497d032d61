import { countDeks } from "#db/queries/census.ts";
import type { KeyRow, TransitionRow, VersionRow } from "#db/queries/key-read.ts";
import { listKeyRows, listTransitionRows, listVersionRows } from "#db/queries/key-read.ts";
import type { TenantTx } from "#db/tenant-tx.ts";
import type { KeyState } from "#lib/domain/key-state.ts";
import type { KeyView, VersionView } from "#lib/domain/key-view.ts";

/** The instant a version came into a state first. */
const firstIn = (transitions: readonly TransitionRow[], state: KeyState): string | null => {
  const instants = transitions.filter(({ toState }) => toState === state).map(({ at }) => at.getTime());
  return instants.length === 0 ? null : new Date(Math.min(...instants)).toISOString();
};

const toVersionView = (row: VersionRow, transitions: readonly TransitionRow[], deks: number): VersionView => {
  const own = transitions.filter(({ keyId, number }) => keyId === row.keyId && number === row.number);
  return {
    number: row.number,
    state: row.state,
    current: row.current,
    deks,
    cmk: { id: row.cmkId, version: row.cmkVersion },
    rev: row.rev,
    wrapsReserved: row.wrapsReserved,
    issued: row.issued,
    emptySince: row.emptySince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    activatedAt: firstIn(own, "active"),
    deactivatedAt: firstIn(own, "deactivated"),
    compromisedAt: firstIn(own, "compromised"),
    destroyedAt: firstIn(own, "destroyed"),
  };
};

/** The tenant's keys (or the one of a name) with their versions and the exact count of DEKs on each. */
export const readKeyViews = async (tx: TenantTx, name?: string): Promise<KeyView[]> => {
  const wanted = (key: KeyRow) => name === undefined || key.name === name;
  const keys = (await listKeyRows(tx)).filter(wanted);
  const versions = keys.length === 0 ? [] : await listVersionRows(tx);
  const transitions = keys.length === 0 ? [] : await listTransitionRows(tx);
  const views: KeyView[] = [];
  for (const { createdAt, ...key } of keys) {
    const deks = await countDeks(tx, key.id);
    views.push({
      ...key,
      createdAt: createdAt.toISOString(),
      versions: versions
        .filter(({ keyId }) => keyId === key.id)
        .map((row) => toVersionView(row, transitions, deks.get(row.number) ?? 0)),
    });
  }
  return views;
};
