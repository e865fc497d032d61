import type { Metadata } from "next";
import { NotFoundNotice } from "#components/notices.tsx";

export const metadata: Metadata = { title: "Not found" };

const NotFound = () => <NotFoundNotice />;

export default NotFound;
