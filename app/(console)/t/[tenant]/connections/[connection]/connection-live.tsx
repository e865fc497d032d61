"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchLive, type ReadFailed } from "#components/fetch-live.ts";
import { StaleView } from "#components/stale-view.tsx";
import { type KeyHolder, toKeyHolder } from "#components/key-holders.ts";
import { PreflightProgress } from "#components/preflight-progress.tsx";
import { PreflightSteps } from "#components/preflight-steps.tsx";
import { SecretForm } from "#components/secret-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { FormError } from "#components/ui/form-error.tsx";
import { Section } from "#components/ui/section.tsx";
import type { KeyView } from "#lib/domain/key-view.ts";
import { placeOf } from "../connection-place.ts";
import { ConnectionCalls } from "./connection-calls.tsx";
import { ConnectionFacts } from "./connection-facts.tsx";
import { ConnectionKeys } from "./connection-keys.tsx";
import { ConnectionSetup } from "./connection-setup.tsx";
import type { ConnectionWatch } from "./connection-watch.ts";
import { isRunning } from "./connection-watch.ts";
import { PastTests } from "./past-tests.tsx";
import { PreflightWarnings } from "./preflight-warnings.tsx";
import { ProviderVersions } from "./provider-versions.tsx";
import { RemoveConnection } from "./remove-connection.tsx";
import { useRun } from "./use-run.ts";

const BUSY_MS = 500;
const IDLE_MS = 10_000;

type ConnectionLiveProps = {
  /** Null for the platform's. */
  tenant: string | null;
  initial: ConnectionWatch;
  holders: readonly KeyHolder[];
  keys: readonly KeyView[];
  may: { manage: boolean; test: boolean; rotate: boolean; move: boolean };
};

/** A connection while its page is open: its health, what to set up, its secret, and its test step by step. */
export const ConnectionLive = ({ tenant, initial, holders, keys, may }: ConnectionLiveProps) => {
  const { name } = initial.connection;
  const { api, act } = placeOf(tenant);
  const client = useQueryClient();
  const queryKey = ["connection", tenant, name];
  const lookAgain = () => client.invalidateQueries({ queryKey });
  const run = useRun({ tenant, connection: name }, lookAgain);
  const { data, error } = useQuery<ConnectionWatch, ReadFailed>({
    queryKey,
    queryFn: () => fetchLive(`${api}/${name}`),
    initialData: initial,
    refetchInterval: ({ state }) => (run.busy !== null || isRunning(state.data) ? BUSY_MS : IDLE_MS),
  });
  const { connection, tests, now } = data;
  const [newest] = tests;
  const { secretField } = connection;
  const test = may.test ? (
    <Button variant="primary" pending={run.busy === "test"} onClick={run.test}>
      Test connection
    </Button>
  ) : null;

  return (
    <div className="mt-6 grid gap-8">
      <StaleView error={error} onRetry={lookAgain} />
      <FormError>{run.problem}</FormError>
      <div className="grid gap-8 desk:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <ConnectionFacts connection={connection} now={now} />
        <div className="grid content-start gap-8">
          {secretField !== null && may.manage ? (
            <Section title="Secret">
              <SecretForm
                place={placeOf(tenant)}
                connection={{ ...connection, secretField }}
                setSecret={act.setSecret}
                onChanged={lookAgain}
              />
            </Section>
          ) : null}
          <ConnectionCalls connection={connection} />
        </div>
      </div>
      <Section title="Test" actions={test}>
        {newest ? (
          <>
            <PreflightProgress test={newest} />
            <PreflightSteps steps={newest.steps} />
            <PreflightWarnings connection={connection} warnings={newest.warnings} />
            <PastTests tests={tests} now={now} />
          </>
        ) : (
          <p className="max-w-prose text-muted">
            Nothing was asked of the provider yet. The test tries each permission by itself and says which
            line to change; keys can be put under this connection once it has passed.
          </p>
        )}
      </Section>
      {tenant === null ? null : (
        <ConnectionKeys
          tenant={tenant}
          holder={toKeyHolder(connection)}
          holders={holders}
          keys={keys}
          mayMove={may.move}
          onChanged={lookAgain}
        />
      )}
      <ConnectionSetup connection={connection} />
      <ProviderVersions
        connection={connection}
        now={now}
        rotate={
          may.rotate && connection.ready ? (
            <Button pending={run.busy === "rotate"} onClick={run.rotate}>
              Rotate at the provider
            </Button>
          ) : null
        }
      />
      {may.manage ? <RemoveConnection tenant={tenant} connection={connection} /> : null}
    </div>
  );
};
