import { keyCreate } from "./commands/key-create.ts";
import { keyList } from "./commands/key-list.ts";
import { keyRotate } from "./commands/key-rotate.ts";
import { operationShow } from "./commands/operation-show.ts";
import { recover } from "./commands/recover.ts";
import { tenantCreate } from "./commands/tenant-create.ts";
import { tenantList } from "./commands/tenant-list.ts";
import { tokenCreate } from "./commands/token-create.ts";
import { tokenList } from "./commands/token-list.ts";
import { tokenRevoke } from "./commands/token-revoke.ts";
import { version } from "./commands/version.ts";
import type { Command } from "./shell/command.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  tenantCreate,
  tenantList,
  keyCreate,
  keyRotate,
  keyList,
  tokenCreate,
  tokenList,
  tokenRevoke,
  operationShow,
  recover,
  version,
];
