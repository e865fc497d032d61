import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { gate } from "#lib/web/gate.ts";

export const metadata: Metadata = { title: "Not found" };

/** An address that is no page, said inside the console. */
const MissingPage = async () => {
  await gate();
  notFound();
};

export default MissingPage;
