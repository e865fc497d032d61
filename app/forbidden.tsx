import type { Metadata } from "next";
import { NoticeMain } from "#components/notice-main.tsx";
import { ForbiddenNotice } from "#components/notices.tsx";

export const metadata: Metadata = { title: "Not allowed" };

const Forbidden = () => (
  <NoticeMain>
    <ForbiddenNotice />
  </NoticeMain>
);

export default Forbidden;
