import type { CmkWarning } from "./port.ts";

type Statement = { Effect?: unknown; Principal?: unknown; Action?: unknown; Condition?: unknown };

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Condition keys that say who is meant, or through what; compared with `…Equals` or `…Like` they narrow a wildcard. */
const NARROWING =
  /^(kms:(calleraccount|viaservice)|aws:(principal(account|arn|orgid|orgpaths)|source(account|arn|orgid|owner)|userid))$/i;
const COMPARES = /^(ForAnyValue:|ForAllValues:)?(String|Arn)(Equals|Like)(IgnoreCase)?$/;

const isNarrowed = (condition: unknown): boolean =>
  Object.entries(condition ?? {}).some(
    ([operator, tests]) =>
      COMPARES.test(operator) &&
      Object.entries((tests ?? {}) as object).some(
        ([name, values]) => NARROWING.test(name) && !listOf(values).includes("*"),
      ),
  );

const principalsOf = ({ Principal: principal }: Statement): unknown[] =>
  typeof principal === "object" && principal !== null
    ? listOf((principal as { AWS?: unknown }).AWS)
    : [principal];

/**
 * Whom a key policy lets in beyond need: everybody, by a principal of `*` that no condition narrows
 * (`wildcard-policy`), or our own role to do anything (`wildcard-actions`). What IAM policies grant is not in it.
 */
export const judgeKeyPolicy = (text: string, ownRoleArn: string | null): CmkWarning[] => {
  const statements = statementsIn(text);
  if (statements === null) return ["policy-unread"];
  const allowing = statements.filter(({ Effect: effect }) => effect === "Allow");
  const isOpen = (one: Statement): boolean => principalsOf(one).includes("*") && !isNarrowed(one.Condition);
  const isOurs = (one: Statement): boolean => ownRoleArn !== null && principalsOf(one).includes(ownRoleArn);
  const doesAll = ({ Action: action }: Statement): boolean =>
    listOf(action).some((one) => one === "*" || one === "kms:*");
  return [
    ...(allowing.some(isOpen) ? (["wildcard-policy"] as const) : []),
    ...(allowing.some((one) => isOurs(one) && doesAll(one)) ? (["wildcard-actions"] as const) : []),
  ];
};

const statementsIn = (text: string): Statement[] | null => {
  try {
    const { Statement: statements } = JSON.parse(text) as { Statement?: unknown };
    return statements === undefined ? null : (listOf(statements) as Statement[]);
  } catch {
    return null;
  }
};
