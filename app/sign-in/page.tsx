import type { Metadata } from "next";
import { AuthCard } from "#components/auth-card.tsx";
import { SignInForm } from "#components/sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

const SignInPage = async ({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string | string[] }>;
}) => {
  const { callbackUrl } = await searchParams;
  return (
    <AuthCard title="Sign in">
      <SignInForm callbackUrl={typeof callbackUrl === "string" ? callbackUrl : null} />
    </AuthCard>
  );
};

export default SignInPage;
