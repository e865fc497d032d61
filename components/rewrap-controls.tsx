"use client";

import type { ReactNode } from "react";
import { JOB_REQUESTS, type JobRequest, type JobStatus } from "#lib/domain/job.ts";
import { JOB_WORDS } from "./job-words.ts";
import type { RewrapJobView } from "./rewrap-view.ts";
import { Button } from "./ui/button.tsx";
import { ConfirmDialog } from "./ui/confirm-dialog.tsx";

export type RewrapHandlers = {
  onPause?: () => void | Promise<void>;
  onResume?: () => void | Promise<void>;
  onCancel?: () => void | Promise<void>;
  /** An act is on its way. */
  pending?: boolean;
};

type RewrapControlsProps = RewrapHandlers & { job: RewrapJobView; children?: ReactNode };

const allows = (request: JobRequest, status: JobStatus): boolean =>
  (JOB_REQUESTS[request].from as readonly JobStatus[]).includes(status);

/** The acts that the job's status allows and the page may offer. */
export const RewrapControls = ({
  job,
  onPause,
  onResume,
  onCancel,
  pending = false,
  children,
}: RewrapControlsProps) => {
  const pause = onPause && allows("pause", job.status);
  const resume = onResume && allows("resume", job.status);
  const cancel = onCancel && allows("cancel", job.status);
  const cancelLabel = `Cancel ${JOB_WORDS[job.mode].verb}`;
  if (!pause && !resume && !cancel && !children) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {pause ? (
        <Button size="sm" pending={pending} onClick={onPause}>
          Pause
        </Button>
      ) : null}
      {resume ? (
        <Button size="sm" variant="primary" pending={pending} onClick={onResume}>
          Resume
        </Button>
      ) : null}
      {cancel ? (
        <ConfirmDialog
          trigger={
            <Button size="sm" variant="quiet">
              {cancelLabel}
            </Button>
          }
          title={`Cancel this ${JOB_WORDS[job.mode].verb}`}
          description={`What was moved stays under v${job.target_version}; the rest stays on its older version. A new one can finish the work.`}
          confirmLabel={cancelLabel}
          cancelLabel="Keep it"
          onConfirm={async () => {
            await onCancel();
          }}
        />
      ) : null}
      {children}
    </div>
  );
};
