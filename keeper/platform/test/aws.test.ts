import { describePlatformKeyAt } from "./describe-platform-key.ts";

describePlatformKeyAt("aws-kms");
