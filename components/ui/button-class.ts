import { cva, type VariantProps } from "class-variance-authority";

export const buttonClass = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded border font-medium whitespace-nowrap select-none disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:opacity-60 [&_svg]:size-4",
  {
    variants: {
      variant: {
        primary: "border-accent bg-accent text-accent-ink hover:border-accent-hover hover:bg-accent-hover",
        secondary: "border-line-field bg-surface text-ink hover:border-ink hover:bg-sunken",
        quiet: "border-transparent text-ink hover:bg-sunken",
        danger: "border-danger bg-surface text-danger hover:bg-danger-wash",
      },
      size: {
        md: "h-8 px-3.5 text-dense max-desk:h-10",
        sm: "h-7 px-2.5 text-dense max-desk:h-9",
        icon: "size-8 text-dense max-desk:size-10",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

export type ButtonLook = VariantProps<typeof buttonClass>;
