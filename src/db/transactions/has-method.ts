/** Whether the thing, which may be anything, has a function of that name. */
export function hasMethod(thing: unknown, name: string): boolean {
  const isThing = (typeof thing === 'object' && thing !== null) || typeof thing === 'function';
  return isThing && typeof Reflect.get(thing, name) === 'function';
}
