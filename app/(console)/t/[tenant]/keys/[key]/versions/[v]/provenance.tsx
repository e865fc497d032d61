import { partyWords } from "#components/party-words.ts";
import { Copyable } from "#components/ui/copyable.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { formatCount, plural } from "#components/ui/format.ts";
import { UtcTime } from "#components/ui/relative-time.tsx";
import type { KeyView, VersionView } from "#lib/domain/key-view.ts";

type Attestation = { at: string; wraps: number; actor: { type: string; id: string } };
type ProvenanceProps = {
  version: VersionView;
  keyView: KeyView;
  /** Who said that no wrap is left outside, and how many that wrote off. */
  attestations: readonly Attestation[];
  /** E-mail addresses of people, for who may see them. */
  names: Readonly<Record<string, string>>;
};

/** How a version was made, by which CMK its KEK is wrapped, and what was attested of it. */
export const Provenance = ({ version, keyView, attestations, names }: ProvenanceProps) => {
  const toLine = ({ at, wraps, actor }: Attestation) => (
    <p key={at}>
      attested by {names[actor.id] ?? partyWords(actor)} at <UtcTime at={at} />; {plural(wraps, "wrap")}{" "}
      written off
    </p>
  );
  return (
    <Facts
      items={[
        { label: "Made", value: version.createdAt, mono: true },
        { label: "Key material", value: "AES-256-GCM, 256 bits, made by a keeper" },
        {
          label: "Wrapped by",
          value: `${keyView.custody} CMK in ${keyView.provider} KMS, version ${version.cmk.version}`,
        },
        { label: "CMK", value: <Copyable value={version.cmk.id} label="CMK id" short /> },
        {
          label: "Wraps reserved",
          value: `${formatCount(version.wrapsReserved)} of 2,147,483,648`,
          mono: true,
        },
        { label: "Wraps outside", value: formatCount(version.issued), mono: true },
        ...(attestations.length === 0 ? [] : [{ label: "No wrap left", value: attestations.map(toLine) }]),
        { label: "Revision", value: String(version.rev), mono: true },
      ]}
    />
  );
};
