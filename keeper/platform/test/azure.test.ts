import { describePlatformKeyAt } from "./describe-platform-key.ts";

describePlatformKeyAt("azure-keyvault");
