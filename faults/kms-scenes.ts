import type { Fault } from "#emulators/faults.ts";
import type { KmsAdapter } from "#lib/kms/port.ts";
import { awsSubject, ROLE } from "#lib/kms/test/aws-subject.ts";
import { azureSubject, CLIENT } from "#lib/kms/test/azure-subject.ts";
import { EMAIL, gcpSubject, RING } from "#lib/kms/test/gcp-subject.ts";
import { vaultSubject } from "#lib/kms/test/vault-subject.ts";

/** A CMK at a provider's server, and what can be done to it from outside. */
export type KmsScene = {
  adapter: KmsAdapter;
  fault(fault: Fault): void;
  deny(): void;
  disable(): void;
  /** Ends every fault, allows and enables again. */
  mend(): void;
  close(): Promise<void>;
};

type Server<N> = {
  doors: {
    fault(fault: Fault): void;
    clearFaults(): void;
    deny(input: { credential: string; operation: string }): void;
    allow(input: { credential: string; operation: string }): void;
    disable(named: N): void;
    enable(named: N): void;
  };
};

const sceneOf = <N>(
  subject: { adapter: KmsAdapter; server: Server<N>; close(): Promise<void> },
  credential: string,
  named: N,
): KmsScene => {
  const { doors } = subject.server;
  return {
    adapter: subject.adapter,
    fault: doors.fault,
    deny: () => doors.deny({ credential, operation: "*" }),
    disable: () => doors.disable(named),
    mend: () => {
      doors.clearFaults();
      doors.allow({ credential, operation: "*" });
      doors.enable(named);
    },
    close: subject.close,
  };
};

export const KMS_SCENES: Readonly<Record<string, () => Promise<KmsScene>>> = {
  aws: async () => {
    const subject = await awsSubject();
    return sceneOf(subject, ROLE.roleArn, { keyId: subject.keyId });
  },
  azure: async () => sceneOf(await azureSubject(), CLIENT.clientId, { name: "cmk" }),
  gcp: async () => sceneOf(await gcpSubject(), EMAIL, { name: `${RING}/cmk` }),
  vault: async () => sceneOf(await vaultSubject("context")(), "keyfold", { name: "cmk" }),
};
