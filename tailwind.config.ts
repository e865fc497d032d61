import type { Config } from "tailwindcss";

/** The two themes live as variables in `app/globals.css`; here they only get their names. */
const token = (name: string) => `var(--kf-${name})`;

const config: Config = {
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      inherit: "inherit",
      paper: token("paper"),
      surface: token("surface"),
      sunken: token("sunken"),
      line: { DEFAULT: token("line"), strong: token("line-strong"), field: token("line-field") },
      ink: token("ink"),
      muted: token("muted"),
      faint: token("faint"),
      accent: { DEFAULT: token("accent"), hover: token("accent-hover"), ink: token("accent-ink") },
      brass: token("brass"),
      focus: token("focus"),
      veil: token("veil"),
      active: { DEFAULT: token("active"), wash: token("active-wash") },
      moving: { DEFAULT: token("moving"), wash: token("moving-wash") },
      pending: { DEFAULT: token("pending"), wash: token("pending-wash") },
      danger: { DEFAULT: token("danger"), wash: token("danger-wash") },
      compromised: { DEFAULT: token("compromised"), wash: token("compromised-wash") },
      idle: { DEFAULT: token("idle"), fill: token("idle-fill"), edge: token("idle-edge") },
      gone: token("gone"),
    },
    fontFamily: {
      sans: ["var(--font-geist-sans)", "ui-sans-serif", "system-ui", "sans-serif"],
      mono: ["var(--font-geist-mono)", "ui-monospace", "SFMono-Regular", "Menlo", "monospace"],
    },
    borderRadius: { none: "0", DEFAULT: "3px", full: "9999px" },
    boxShadow: { layer: token("shadow") },
    extend: {
      screens: { desk: "56.25rem" },
      fontSize: {
        micro: ["0.6875rem", { lineHeight: "1rem" }],
        dense: ["0.8125rem", { lineHeight: "1.25rem" }],
        heading: ["1rem", { lineHeight: "1.5rem", letterSpacing: "-0.01em", fontWeight: "500" }],
        title: ["1.5rem", { lineHeight: "2rem", letterSpacing: "-0.02em", fontWeight: "600" }],
        figure: ["1.875rem", { lineHeight: "2.25rem", letterSpacing: "-0.02em" }],
      },
      transitionDuration: { DEFAULT: "120ms" },
      keyframes: { appear: { from: { opacity: "0" } } },
      animation: { appear: "appear 120ms 200ms backwards" },
    },
  },
};

export default config;
