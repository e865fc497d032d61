"use client";

import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { safeCallback, signInSentence } from "./sign-in-errors.ts";
import { Button } from "./ui/button.tsx";
import { Field } from "./ui/field.tsx";
import { FormError } from "./ui/form-error.tsx";
import { Input } from "./ui/input.tsx";

type Problem = { sentence: string; attempt: number };

/** E-mail and password. A failure is said in place and takes the focus; the password is never put back. */
export const SignInForm = ({ callbackUrl }: { callbackUrl?: string | null }) => {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);

  const fail = (sentence: string) => {
    setProblem((last) => ({ sentence, attempt: (last?.attempt ?? 0) + 1 }));
    setPending(false);
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const email = String(data.get("email") ?? "").trim();
    const password = String(data.get("password") ?? "");
    if (email === "" || password === "") return fail(signInSentence("INVALID_INPUT"));
    setPending(true);
    try {
      const result = await signIn("credentials", { email, password, redirect: false });
      // A full load: nothing of the signed-out page stays in memory.
      if (result?.ok && !result.error) return location.assign(safeCallback(callbackUrl));
      fail(signInSentence(result?.error ?? ""));
    } catch {
      fail("Keyfold cannot be reached. Check your connection and try again.");
    }
  };

  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError key={problem?.attempt}>{problem?.sentence}</FormError>
      <Field label="E-mail address">
        <Input name="email" type="email" autoComplete="username" inputMode="email" required />
      </Field>
      <Field label="Password">
        <Input name="password" type="password" autoComplete="current-password" required />
      </Field>
      <Button type="submit" variant="primary" pending={pending} className="mt-1 h-10">
        Sign in
      </Button>
    </form>
  );
};
