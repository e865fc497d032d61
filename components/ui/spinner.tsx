/** A quarter ring that turns; with reduced motion it stands still. */
export const Spinner = () => (
  <svg aria-hidden="true" viewBox="0 0 16 16" className="animate-spin" fill="none" strokeWidth="2">
    <circle cx="8" cy="8" r="6" stroke="currentColor" opacity="0.3" />
    <path d="M8 2a6 6 0 0 1 6 6" stroke="currentColor" strokeLinecap="round" />
  </svg>
);
