/** Closes a switch over a tagged union: a new member is a compile error here, and a loud failure at run time. */
export function assertNever(value: never, what = 'value'): never {
  throw new TypeError(`unexpected ${what}: ${JSON.stringify(value)}`);
}
