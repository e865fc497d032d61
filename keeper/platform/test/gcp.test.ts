import { describePlatformKeyAt } from "./describe-platform-key.ts";

describePlatformKeyAt("gcp-kms");
