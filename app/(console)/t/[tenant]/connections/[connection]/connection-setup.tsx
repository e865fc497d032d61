"use client";

import { CodeSample } from "#components/ui/code-sample.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ConnectionView } from "#lib/domain/connection-view.ts";
import { setupOf } from "./setup.ts";

/** What the key's owner sets up, ready to paste. */
export const ConnectionSetup = ({ connection }: { connection: ConnectionView }) => (
  <Section
    title="At the provider"
    description="What the owner of the key sets up, with this connection’s own values in it. It allows what Keyfold needs and no more."
  >
    <div className="grid gap-3">
      {setupOf(connection).map(({ label, code }) => (
        <CodeSample key={label} label={label} code={code} wrap />
      ))}
    </div>
  </Section>
);
