import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const TONES = {
  info: { className: "border-moving bg-moving-wash text-moving", Icon: Info },
  warning: { className: "border-pending bg-pending-wash text-pending", Icon: TriangleAlert },
  danger: { className: "border-danger bg-danger-wash text-danger", Icon: CircleAlert },
} as const;

type BannerProps = { tone?: keyof typeof TONES; title: string; actions?: ReactNode; children?: ReactNode };

/** What holds for the whole page, above it. */
export const Banner = ({ tone = "info", title, actions, children }: BannerProps) => {
  const { className, Icon } = TONES[tone];
  return (
    <output
      className={cn("flex flex-wrap items-start gap-x-3 gap-y-2 rounded border px-3.5 py-2.5", className)}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 flex-1">
        <span className="font-medium">{title}</span>
        {children ? <span className="text-ink"> {children}</span> : null}
      </span>
      {actions}
    </output>
  );
};
