import type { Metadata } from "next";
import { NoticePage } from "#components/notice-page.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";

export const metadata: Metadata = { title: "Not found" };

const NotFound = () => (
  <main>
    <NoticePage
      code="NOT_FOUND"
      title="There is nothing here"
      actions={
        <ButtonLink href="/" variant="primary">
          Go to the overview
        </ButtonLink>
      }
    >
      The address is wrong, or what it names is not yours to see.
    </NoticePage>
  </main>
);

export default NotFound;
