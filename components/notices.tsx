import { NoticePage } from "./notice-page.tsx";
import { ButtonLink } from "./ui/button-link.tsx";

const ToOverview = () => (
  <ButtonLink href="/" variant="primary">
    Go to the overview
  </ButtonLink>
);

/** What does not exist, or is another's: the two look the same. */
export const NotFoundNotice = () => (
  <NoticePage code="NOT_FOUND" title="There is nothing here" actions={<ToOverview />}>
    The address is wrong, or what it names is not yours to see.
  </NoticePage>
);

export const ForbiddenNotice = () => (
  <NoticePage code="FORBIDDEN" title="Your role does not allow this" actions={<ToOverview />}>
    The attempt is in the audit log. An owner can change what your role may do.
  </NoticePage>
);
