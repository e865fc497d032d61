/** Which credential may do what: everything, until an operation is denied to it. */
export const createPermissions = (names: readonly string[]) => {
  const denied = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  const of = (name: string): Set<string> => {
    const set = denied.get(name);
    if (set === undefined) throw new TypeError(`There is no credential "${name}".`);
    return set;
  };
  return {
    knows: (name: string): boolean => denied.has(name),
    may: (name: string, operation: string): boolean => !of(name).has(operation) && !of(name).has("*"),
    deny: (name: string, operation: string): void => void of(name).add(operation),
    allow: (name: string, operation: string): void => void of(name).delete(operation),
    add: (name: string): void => void (denied.has(name) || denied.set(name, new Set())),
  };
};

export type Permissions = ReturnType<typeof createPermissions>;

/** The two doors that every provider has for them; `operation` may be `*`. */
export const permissionDoors = (permissions: Permissions) => ({
  deny: (input: { credential: string; operation: string }): void =>
    permissions.deny(input.credential, input.operation),
  allow: (input: { credential: string; operation: string }): void =>
    permissions.allow(input.credential, input.operation),
});
