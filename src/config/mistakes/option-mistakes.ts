import { isWithinEdits } from './edit-distance.ts';

/** What a value of each option must be by itself; of `any` something else tells. */
export type OptionKinds<Options> = { readonly [Name in keyof Options]-?: Kind };

type Kind = 'function' | 'place' | 'text' | 'any';

const EXPECTED = { function: 'a function', place: 'a path or a URL', text: 'a text' } as const;

/**
 * What is wrong with options by themselves, each in words: one that there is not, which would be passed over in silence, and one that
 * is of another type. Empty when nothing is.
 */
export function findOptionMistakes<Options extends object>(
  options: Options,
  kinds: OptionKinds<Options>,
): string[] {
  if (typeof options !== 'object' || options === null) return [`expected an object, received ${options}`];
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(kinds, name)) return [`${name}: there is no such option${meant(name, kinds)}`];
    const kind: Kind = kinds[name as keyof Options];
    return kind === 'any' || isOf(kind, value)
      ? []
      : [`${name}: expected ${EXPECTED[kind]}, received ${value === null ? 'null' : typeof value}`];
  });
}

function isOf(kind: Exclude<Kind, 'any'>, value: unknown): boolean {
  if (kind === 'function') return typeof value === 'function';
  return typeof value === 'string' || (kind === 'place' && value instanceof URL);
}

function meant(name: string, kinds: object): string {
  const found = Object.keys(kinds).find((own) => isWithinEdits(2, name, own));
  return found === undefined ? '' : `, but ${found}`;
}
