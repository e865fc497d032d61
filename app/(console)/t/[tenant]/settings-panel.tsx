import { ErrorState } from "#components/ui/error-state.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { Section } from "#components/ui/section.tsx";
import { may } from "#lib/domain/permissions.ts";
import { getSettings } from "#lib/services/tenants/get-settings.ts";
import { gate, readOrError } from "#lib/web/gate.ts";
import { ChangeAccessLog, ChangeCompromisedReads } from "./change-settings.tsx";

/** What is chosen for this tenant, and the ways to choose otherwise for who may. */
export const SettingsPanel = async ({ slug }: { slug: string }) => {
  const { account } = await gate();
  const settings = await readOrError(getSettings, { tenant: slug });
  if (!settings.ok) return <ErrorState title="The settings could not be read" {...settings} />;
  const { accessLog, compromisedReads } = settings.value;
  return (
    <Section title="Settings">
      <Facts
        items={[
          {
            label: "Access log",
            value: accessLog === "requests" ? "each request by itself" : "counted in 10 s windows",
          },
          {
            label: "Compromised versions",
            value: compromisedReads ? "still open for reads" : "refuse reads",
          },
        ]}
      />
      {may(account.role, "tenant:configure") ? (
        <div className="flex flex-wrap gap-2">
          <ChangeAccessLog tenant={slug} now={accessLog} />
          <ChangeCompromisedReads tenant={slug} allowed={compromisedReads} />
        </div>
      ) : null}
    </Section>
  );
};
