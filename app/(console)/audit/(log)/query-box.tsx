"use client";

import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { isTyping } from "#components/ui/is-typing.ts";
import { parseQuery } from "#lib/domain/audit-query/parse.ts";
import { QUERY_FIELDS } from "#lib/domain/audit-query/query.ts";
import { useLogQuery } from "./use-log-query.tsx";

const HELP = `Fields: ${QUERY_FIELDS.join(", ")}. Use * to match any text, a comma for either, - to exclude, quotation marks around spaces. Other words are looked for in the whole event.`;

/** The one query of the log: facets and bars only edit what stands here. */
export const QueryBox = ({ error }: { error: readonly string[] | undefined }) => {
  const { asked, ask, pending } = useLogQuery();
  const [text, setText] = useState(asked.q);
  const [wrong, setWrong] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);

  // A facet has changed the query: then that is what stands here.
  const [shown, setShown] = useState(asked.q);
  if (shown !== asked.q) {
    setShown(asked.q);
    setText(asked.q);
    setWrong(null);
  }

  useEffect(() => {
    const focusBox = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event.target) || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focusBox);
    return () => document.removeEventListener("keydown", focusBox);
  }, []);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const parsed = parseQuery(text);
    setWrong(parsed.ok ? null : parsed.error);
    if (parsed.ok) ask({ q: text.trim() });
  };

  return (
    <search aria-label="Audit log">
      <form onSubmit={submit} className="mt-5 flex items-start gap-2">
        <Field
          label="Query"
          hideLabel
          error={wrong ?? error ?? null}
          description={HELP}
          className="min-w-0 flex-1"
        >
          <Input
            ref={input}
            name="q"
            mono
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="actor:ada@example.com action:key.* -outcome:ok"
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            className="h-10"
          />
        </Field>
        {/* Busy with what stands in the box; another question may be asked meanwhile. */}
        <Button type="submit" variant="primary" pending={pending && asked.q === text.trim()} className="h-10">
          Search
        </Button>
      </form>
    </search>
  );
};
