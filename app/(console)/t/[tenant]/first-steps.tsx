import type { Route } from "next";
import type { ReactNode } from "react";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { firstRequests } from "#components/first-requests.ts";
import { CodeSample } from "#components/ui/code-sample.tsx";
import { Mark } from "#components/ui/mark.tsx";
import { Section } from "#components/ui/section.tsx";

type StepProps = { title: string; done: boolean; next: boolean; children?: ReactNode };

const Step = ({ title, done, next, children }: StepProps) => (
  <li className="grid grid-cols-1 gap-2 border-b border-line py-2.5" aria-current={next ? "step" : undefined}>
    <div className="flex flex-wrap items-baseline justify-between gap-x-6">
      <h3 className={next ? "font-medium" : "text-muted"}>{title}</h3>
      {done ? (
        <Mark shape="disc" tone="active">
          done
        </Mark>
      ) : null}
    </div>
    {next ? children : null}
  </li>
);

type FirstStepsProps = {
  tenant: string;
  url: string;
  /** The first key's name, once there is one. */
  keyName: string | undefined;
  hasTokens: boolean;
  hasRecords: boolean;
  may: { createKey: boolean; mint: boolean };
};

/** From an empty tenant to a rotated key: what is done, and what comes next. */
export const FirstSteps = ({ tenant, url, keyName, hasTokens, hasRecords, may }: FirstStepsProps) => {
  const done = [true, keyName !== undefined, hasTokens || hasRecords, hasRecords, false];
  const nextStep = done.indexOf(false);
  const step = (n: number) => ({ done: done[n] === true, next: n === nextStep });
  return (
    <Section title="First steps">
      <ol className="border-t border-line-strong">
        <Step title="Make the tenant" {...step(0)} />
        <Step title="Make its key" {...step(1)}>
          <p className="max-w-prose text-muted">
            The key named <code className="font-mono">default</code> serves every collection that is not told
            otherwise: make that one first.
          </p>
          {may.createKey ? (
            <div>
              <ButtonLink href={`/t/${tenant}/keys/new` as Route} variant="primary">
                Create key
              </ButtonLink>
            </div>
          ) : null}
        </Step>
        <Step title="Make a token for an application" {...step(2)}>
          <p className="max-w-prose text-muted">It is made in your browser and shown once.</p>
          {may.mint ? (
            <div>
              <ButtonLink href={`/t/${tenant}/tokens?create=true` as Route} variant="primary">
                Create token
              </ButtonLink>
            </div>
          ) : null}
        </Step>
        <Step title="Write the first record" {...step(3)} next={keyName !== undefined && !hasRecords}>
          <p className="max-w-prose text-muted">
            Put the token into <code className="font-mono">KEYFOLD_TOKEN</code> and send this to the keeper.
            Each write gets a DEK of its own, wrapped under the current version of the key.
          </p>
          <CodeSample label="Requests, for a shell" code={firstRequests(url, tenant)} />
        </Step>
        <Step title="Rotate the key" {...step(4)}>
          <p className="max-w-prose text-muted">
            New writes use the next version at once. Old data stays readable, and a rewrap moves it.
          </p>
          <div>
            <ButtonLink href={`/t/${tenant}/keys/${keyName}` as Route}>To the key</ButtonLink>
          </div>
        </Step>
      </ol>
    </Section>
  );
};
