import type { KmsSubject } from "../../conformance.ts";

/** A KMS that nobody here wrote, while it runs. */
export type Running = {
  version: string;
  makeSubject(): Promise<KmsSubject>;
  close(): Promise<void>;
};

export type Implementation = {
  name: "localstack" | "azure-keyvault-emulator" | "fake-cloud-kms" | "openbao" | "hashicorp-vault";
  /** Cases that it fails for a reason of its own, by their title. */
  knownGaps: Readonly<Record<string, string>>;
  /** Gets and starts it. @throws `Skipped` where that cannot be done on this machine. */
  start(): Promise<Running>;
};

/** Why an implementation was not run, in a sentence. */
export class Skipped extends Error {}
