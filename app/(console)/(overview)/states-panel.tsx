import type { Route } from "next";
import { Fragment } from "react";
import { VersionState } from "#components/key-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { formatCount, plural } from "#components/ui/format.ts";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { KEY_STATES } from "#lib/domain/key-state.ts";
import { keeperStatus } from "#lib/services/keeper/keeper-status.ts";
import { countStates } from "#lib/services/overview/count-states.ts";
import { gate, readOrError } from "#lib/web/gate.ts";

/** How many there are of what, and whether the key service is well. */
export const StatesPanel = async () => {
  const { ctx } = await gate();
  const [states, keeper] = await Promise.all([
    readOrError(countStates),
    keeperStatus(ctx.db).catch(() => null),
  ]);
  const health = keeper === null || keeper.away ? "away" : (keeper.crypto?.status ?? "unknown");
  const versions = states.ok ? states.value.versions : [];
  const present = KEY_STATES.flatMap((state) => versions.filter((one) => one.state === state));
  return (
    <div className="grid gap-4">
      <StatRow>
        <Stat size="lg" label="Tenants" value={states.ok ? formatCount(states.value.tenants) : "unknown"} />
        <Stat size="lg" label="Keys" value={states.ok ? formatCount(states.value.keys) : "unknown"} />
        {present.map(({ state, count }) => (
          <Stat key={state} size="lg" label={<VersionState state={state} />} value={formatCount(count)} />
        ))}
        <Stat
          size="lg"
          label="Key service"
          value={health}
          tone={health === "healthy" ? "active" : "danger"}
        />
      </StatRow>
      {states.ok ? null : <ErrorState title="The states could not be counted" {...states} />}
      {states.ok && states.value.suspendedKeys > 0 ? (
        <p className="text-muted">
          {plural(states.value.suspendedKeys, "key")} suspended:{" "}
          {states.value.suspended.map(({ tenant, key }, index) => (
            <Fragment key={`${tenant}/${key}`}>
              {index > 0 ? ", " : null}
              <TextLink href={`/t/${tenant}/keys/${key}` as Route} mono>
                {tenant}/{key}
              </TextLink>
            </Fragment>
          ))}
          {states.value.suspendedKeys > states.value.suspended.length ? " and more." : "."}
        </p>
      ) : null}
    </div>
  );
};
