import { Banner } from "./ui/banner.tsx";

/** A keeper lives and cannot use the key that all others are wrapped by. */
export const PlatformKeyBanner = ({ provider }: { provider: string }) => (
  <Banner tone="danger" title="The platform key does not work.">
    Its provider is <code className="font-mono">{provider}</code>. Keys that are not open already open no
    records, and no key can be made or rotated. The keeper tries again every few seconds; its log says what
    the provider answered.
  </Banner>
);
