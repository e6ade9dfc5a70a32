/** What a branded class and its instances carry: the class's name, the same in every copy of this package. */
export const KIND = Symbol.for('howdah.kind');

/**
 * Whether a value is an instance of a class, also where its own class is another copy's of the same kind: a test runner that
 * transforms modules, or a second installation, loads this package twice, and `instanceof` alone would deny it.
 *
 * For `static [Symbol.hasInstance]` of a class whose prototype has a KIND. A class that extends it elsewhere has none of its
 * own, and is told by its prototype as any other.
 */
export function isKin(type: { readonly prototype: object }, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.prototype.isPrototypeOf.call(type.prototype, value)) return true;
  if (!Object.hasOwn(type.prototype, KIND)) return false;
  return kindsOf(value).includes((type.prototype as Branded)[KIND]);
}

interface Branded {
  readonly [KIND]?: string;
}

/** From its own class up. */
function kindsOf(value: object): unknown[] {
  const kinds: unknown[] = [];
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, KIND)) kinds.push((at as Branded)[KIND]);
  }
  return kinds;
}
