/** Says each new `message` politely. It must be on the page before the first message is. */
export const LiveRegion = ({ message }: { message: string }) => (
  <output aria-live="polite" className="sr-only">
    {message}
  </output>
);
