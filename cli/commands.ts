import { auditExport } from "./commands/audit-export.ts";
import { auditVerify } from "./commands/audit-verify.ts";
import { doctor } from "./commands/doctor.ts";
import { keyCompromise } from "./commands/key-compromise.ts";
import { keyCreate } from "./commands/key-create.ts";
import { keyDeactivate } from "./commands/key-deactivate.ts";
import { keyList } from "./commands/key-list.ts";
import { keyResume } from "./commands/key-resume.ts";
import { keyRetire } from "./commands/key-retire.ts";
import { keyRotate } from "./commands/key-rotate.ts";
import { keySuspend } from "./commands/key-suspend.ts";
import { migrate } from "./commands/migrate.ts";
import { operationShow } from "./commands/operation-show.ts";
import { recover } from "./commands/recover.ts";
import { rewrapCancel } from "./commands/rewrap-cancel.ts";
import { rewrapList } from "./commands/rewrap-list.ts";
import { rewrapPause } from "./commands/rewrap-pause.ts";
import { rewrapResume } from "./commands/rewrap-resume.ts";
import { rewrapRetry } from "./commands/rewrap-retry.ts";
import { rewrapSet } from "./commands/rewrap-set.ts";
import { rewrapStart } from "./commands/rewrap-start.ts";
import { rewrapStatus } from "./commands/rewrap-status.ts";
import { sampleLoad } from "./commands/sample-load.ts";
import { sampleRemove } from "./commands/sample-remove.ts";
import { sampleStatus } from "./commands/sample-status.ts";
import { tenantCreate } from "./commands/tenant-create.ts";
import { tenantList } from "./commands/tenant-list.ts";
import { tenantSet } from "./commands/tenant-set.ts";
import { tokenCreate } from "./commands/token-create.ts";
import { tokenList } from "./commands/token-list.ts";
import { tokenRevoke } from "./commands/token-revoke.ts";
import { version } from "./commands/version.ts";
import type { Command } from "./shell/command.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  tenantCreate,
  tenantList,
  tenantSet,
  keyCreate,
  keyRotate,
  keySuspend,
  keyResume,
  keyDeactivate,
  keyCompromise,
  keyRetire,
  keyList,
  rewrapStart,
  rewrapStatus,
  rewrapPause,
  rewrapResume,
  rewrapCancel,
  rewrapSet,
  rewrapRetry,
  rewrapList,
  tokenCreate,
  tokenRevoke,
  tokenList,
  sampleLoad,
  sampleStatus,
  sampleRemove,
  auditExport,
  auditVerify,
  operationShow,
  doctor,
  migrate,
  recover,
  version,
];
