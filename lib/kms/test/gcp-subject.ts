import { startGcp } from "#emulators/gcp.ts";
import type { KmsSubject } from "../conformance.ts";
import { createGcpAdapter } from "../gcp.ts";
import type { GcpAuth } from "../gcp-auth.ts";
import { egressTo } from "./cloud-subject.ts";

export const RING = "projects/my-project/locations/europe-west3/keyRings/ring/cryptoKeys";
export const EMAIL = "keyfold@my-project.iam.gserviceaccount.com";

export type GcpSubject = KmsSubject & { server: Awaited<ReturnType<typeof startGcp>>; auth: GcpAuth };

/** Two keys in a ring of their own, asked as a service account. */
export const gcpSubject = async (timeoutMs?: number): Promise<GcpSubject> => {
  const server = await startGcp();
  const auth = {
    kind: "service-account",
    clientEmail: EMAIL,
    privateKeyPem: server.doors.addServiceAccount({ email: EMAIL }),
  } as const;
  server.doors.createKey({ name: `${RING}/cmk` });
  server.doors.createKey({ name: `${RING}/other` });
  const egress = egressTo(server.url, { totalTimeoutMs: timeoutMs });
  const adapterOf = (id: string) =>
    createGcpAdapter({ keyResourceName: `${RING}/${id}`, auth, endpoint: server.url }, egress);
  return {
    server,
    bitStep: 5,
    auth,
    adapter: await adapterOf("cmk"),
    other: await adapterOf("other"),
    missing: await adapterOf("never-made"),
    close: async () => {
      egress.close();
      await server.close();
    },
  };
};
