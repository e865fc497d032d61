import { Copyable } from "#components/ui/copyable.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { formatCount } from "#components/ui/format.ts";
import type { KeyView, VersionView } from "#lib/domain/key-view.ts";

/** How a version was made, and by which CMK its KEK is wrapped. */
export const Provenance = ({ version, keyView }: { version: VersionView; keyView: KeyView }) => (
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
      { label: "Revision", value: String(version.rev), mono: true },
    ]}
  />
);
