import type { Metadata } from "next";
import { ForbiddenNotice } from "#components/notices.tsx";

export const metadata: Metadata = { title: "Not allowed" };

const Forbidden = () => <ForbiddenNotice />;

export default Forbidden;
