import type { Metadata, Route } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "#components/auth-card.tsx";
import { safeCallback } from "#components/sign-in-errors.ts";
import { SignInForm } from "#components/sign-in-form.tsx";
import { currentPerson } from "#lib/web/session.ts";

export const metadata: Metadata = { title: "Sign in" };

const SignInPage = async ({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string | string[] }>;
}) => {
  const asked = (await searchParams).callbackUrl;
  const callbackUrl = typeof asked === "string" ? asked : null;
  // Where the database cannot be asked, the form says so.
  if (await currentPerson().catch(() => null)) redirect(safeCallback(callbackUrl) as Route);
  return (
    <AuthCard title="Sign in">
      <SignInForm callbackUrl={callbackUrl} />
    </AuthCard>
  );
};

export default SignInPage;
