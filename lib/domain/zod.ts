import { z } from "zod";

// Zod's JIT probes `new Function`, which a strict CSP reports as a violation. Configured once, here; import `z` only from this file.
z.config({ jitless: true });

export { z };
