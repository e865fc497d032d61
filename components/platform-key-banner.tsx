import { Banner } from "./ui/banner.tsx";

/** A keeper lives and cannot use the key that all others are wrapped by. */
export const PlatformKeyBanner = ({ provider }: { provider: string }) => (
  <Banner tone="danger" title="The platform key does not work.">
    Its provider is <code className="font-mono">{provider}</code>. Under it, records open only with keys that
    are open already, and no key can be made or rotated. The keeper tries again every few seconds; its log
    says what the provider answered.
  </Banner>
);
