import type { Metadata } from "next";
import { NoticePage } from "#components/notice-page.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";

export const metadata: Metadata = { title: "Not allowed" };

const Forbidden = () => (
  <main>
    <NoticePage
      code="FORBIDDEN"
      title="Your role does not allow this"
      actions={
        <ButtonLink href="/" variant="primary">
          Go to the overview
        </ButtonLink>
      }
    >
      The attempt is in the audit log. An owner can change what your role may do.
    </NoticePage>
  </main>
);

export default Forbidden;
