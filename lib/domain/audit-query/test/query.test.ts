import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditHref, queryOf, sideOf, toggleValue } from "../edit.ts";
import { matchesGlob } from "../glob.ts";
import { parseQuery } from "../parse.ts";
import { printQuery } from "../print.ts";
import type { AuditQuery, QueryField, QueryTerm } from "../query.ts";
import { EMPTY_QUERY, QUERY_CHARS_MAX, QUERY_FIELDS, TEXT_CHARS_MIN } from "../query.ts";

const parsed = (source: string): AuditQuery => {
  const result = parseQuery(source);
  if (!result.ok) throw new Error(result.error);
  return result.query;
};
const errorOf = (source: string): string => {
  const result = parseQuery(source);
  return result.ok ? "no error" : result.error;
};
const value = (text: string, wild = false) => ({ text, wild });

describe("a query", () => {
  it("has fields with alternatives, wildcards, exclusions, quoted values and free text", () => {
    expect(
      parsed('actor:a,b Action:key.* -outcome:ok target:"x y, \\"z\\" \\\\" some -other "two words"'),
    ).toEqual({
      fields: {
        actor: { any: [value("a"), value("b")], none: [] },
        action: { any: [value("key.*", true)], none: [] },
        outcome: { any: [], none: [value("ok")] },
        target: { any: [value('x y, "z" \\')], none: [] },
      },
      text: { all: ["some", "two words"], none: ["other"] },
    });
    expect(parsed(" \t\n ")).toEqual(EMPTY_QUERY);
    expect(parsed('target:"a*"').fields.target?.any).toEqual([value("a*")]);
    expect(parsed("2026-01-01T10:00 12:30").text.all).toEqual(["2026-01-01T10:00", "12:30"]);
  });

  it("takes several terms of a field for one", () => {
    expect(parsed("actor:a actor:b,a -actor:c")).toEqual(parsed("actor:a,b -actor:c"));
  });

  it("says what it does not understand, and names the fields that there are", () => {
    expect(errorOf("colour:red")).toBe(
      "“colour” is not a field of the log. The fields are actor, action, tenant, outcome, target, ip and request. Put text with a colon in quotation marks.",
    );
    expect(errorOf("key.rotated constructor:x __proto__:y")).toMatch(/^“constructor” is not a field/);
    expect(errorOf('actor:"open')).toMatch(/not closed/);
    expect(errorOf("actor:")).toMatch(/^actor: needs a value/);
    expect(errorOf("actor:a,,b")).toMatch(/^actor: needs a value/);
    expect(errorOf('actor:a"b"')).toMatch(/whole value/);
    expect(errorOf("a - b")).toMatch(/minus|too short/);
    expect(errorOf("ab")).toMatch(/at least 3/);
    expect(errorOf("target:a*b")).toMatch(/at the end of a value/);
    expect(errorOf("target:a\0b")).toMatch(/no event has/);
    expect(errorOf(`target:${"a".repeat(301)}`)).toMatch(/at most 300/);
    expect(errorOf(`target:${Array.from({ length: 51 }, (_, n) => `v${n}`).join(",")}`)).toMatch(
      /at most 50/,
    );
  });

  it("refuses ten thousand characters of anything, at once", () => {
    for (const source of ["a".repeat(10_000), '"'.repeat(10_000), "-".repeat(10_000), "a*".repeat(5_000)]) {
      expect(errorOf(source)).toBe("The query has 10,000 characters. It takes at most 2,000.");
    }
  });

  it("reads and refuses whatever is written, in time that grows with its length alone", () => {
    const hard = [
      `action:${"*a".repeat(140)}`,
      `action:${"a*".repeat(140)}b`,
      `"${"\\".repeat(1_990)}`,
      `${"-".repeat(1_999)}`,
      `${"a:".repeat(1_000)}`,
      `actor:${",".repeat(1_900)}`,
      `${"(a+)+".repeat(300)}$`,
      `${" ".repeat(1_999)}x`,
    ];
    const start = performance.now();
    for (const source of hard) for (let times = 0; times < 20; times += 1) parseQuery(source);
    expect(performance.now() - start).toBeLessThan(2_000);
    fc.assert(
      fc.property(fc.string({ maxLength: QUERY_CHARS_MAX, unit: "binary" }), (source) => {
        const result = parseQuery(source);
        expect(result.ok ? "" : result.error).toBeTypeOf("string");
      }),
    );
  });

  it("is the same again after it was printed", () => {
    const text = fc
      .string({ minLength: 1, maxLength: 20, unit: "grapheme" })
      .filter((s) => !s.includes("\0"));
    const exact = text.map((s) => value(s));
    const wild = fc.stringMatching(/^[a-z._-]{0,9}$/).map((s) => value(`${s}*`, true));
    const values = fc.uniqueArray(fc.oneof(exact, wild), {
      maxLength: 3,
      selector: (v) => `${v.wild} ${v.text}`,
    });
    const fields = fc
      .uniqueArray(fc.tuple(fc.constantFrom(...QUERY_FIELDS), values, values), { selector: ([name]) => name })
      .map((terms) => {
        const kept = terms.filter(([, any, none]) => any.length + none.length > 0);
        return Object.fromEntries(kept.map(([name, any, none]) => [name, { any, none } satisfies QueryTerm]));
      });
    const word = text.filter((s) => [...s].length >= TEXT_CHARS_MIN);
    const words = fc.uniqueArray(word, { maxLength: 3 });
    fc.assert(
      fc.property(fields, words, words, (named, all, none) => {
        const query: AuditQuery = { fields: named, text: { all, none } };
        const source = printQuery(query);
        fc.pre(source.length <= QUERY_CHARS_MAX);
        expect(parsed(source)).toEqual(query);
        expect(printQuery(parsed(source))).toBe(source);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a facet", () => {
  const edit = (source: string, field: QueryField, text: string, side?: "any" | "none") =>
    printQuery(toggleValue(parsed(source), field, text, side));

  it("adds a value, takes it out again, and moves it to the other side", () => {
    expect(edit("free", "action", "key.rotated")).toBe("action:key.rotated free");
    expect(edit("action:key.rotated", "action", "key.created")).toBe("action:key.rotated,key.created");
    expect(edit("action:key.rotated,key.created", "action", "key.rotated")).toBe("action:key.created");
    expect(edit("action:key.rotated", "action", "key.rotated")).toBe("");
    expect(edit("action:key.rotated", "action", "key.rotated", "none")).toBe("-action:key.rotated");
    expect(edit("-action:key.rotated", "action", "key.rotated", "none")).toBe("");
    expect(sideOf(parsed("-tenant:acme"), "tenant", "acme")).toBe("none");
    expect(sideOf(parsed("tenant:ac*"), "tenant", "ac*")).toBeNull();
  });

  it("makes an address", () => {
    expect(auditHref({ target: "a b", tenant: "acme" }, { from: "2026-01-01" })).toBe(
      "/audit?q=tenant%3Aacme+target%3A%22a+b%22&from=2026-01-01",
    );
    expect(queryOf({})).toEqual(EMPTY_QUERY);
  });
});

describe("a pattern", () => {
  it("matches as a star should, and in no time", () => {
    for (const [pattern, text, matches] of [
      ["key.*", "key.rotated", true],
      ["key.*", "key_version.created", false],
      ["*.created", "key.created", true],
      ["*a*a", "a", false],
      ["a*a", "aba", true],
      ["*", "", true],
      ["k*y*d", "key.rotated", true],
      ["key", "key", true],
      ["key", "keys", false],
    ] as const) {
      expect(matchesGlob(pattern, text), `${pattern} ${text}`).toBe(matches);
    }
    const start = performance.now();
    matchesGlob(`${"*a".repeat(150)}b`, "a".repeat(5_000));
    expect(performance.now() - start).toBeLessThan(200);
  });
});
