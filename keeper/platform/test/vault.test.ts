import { describePlatformKeyAt } from "./describe-platform-key.ts";

describePlatformKeyAt("hashicorp-vault");
