import type { Metadata } from "next";
import { NoticeMain } from "#components/notice-main.tsx";
import { NotFoundNotice } from "#components/notices.tsx";

export const metadata: Metadata = { title: "Not found" };

const NotFound = () => (
  <NoticeMain>
    <NotFoundNotice />
  </NoticeMain>
);

export default NotFound;
