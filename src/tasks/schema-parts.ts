import type { z } from 'zod';

/** What zod 4 keeps of a schema, as far as it says what is in it. */
export interface SchemaDef {
  readonly type: string;
  readonly coerce?: boolean;
  readonly values?: readonly unknown[];
  readonly reverseTransform?: unknown;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly catchall?: Schema;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly rest?: Schema | null;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly options?: readonly Schema[];
  readonly left?: Schema;
  readonly right?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly getter?: () => Schema;
  readonly checks?: readonly z.core.$ZodCheck[];
}

type Schema = z.core.$ZodType;

/** A schema within a schema. */
export interface SchemaPart {
  readonly schema: Schema;
  readonly def: SchemaDef;
  /** Where its values are; a list's elements are at 0, a record's values at `*`. */
  readonly path: readonly PropertyKey[];
  /** Whether it is asked about what is given, rather than about what something before it made of that. */
  readonly isInput: boolean;
  /** Whether its values are elements of a list, of which none can be missing. */
  readonly isElement: boolean;
}

type Place = Omit<SchemaPart, 'def'>;

/**
 * Everything a schema is made of, each once, itself first. What a `z.lazy` cannot tell yet is left out, and what is no schema of
 * zod 4.
 */
export function partsOf(schema: Schema): SchemaPart[] {
  const parts: SchemaPart[] = [];
  const seen = { input: new Set<Schema>(), output: new Set<Schema>() };
  const open: Place[] = [{ schema, path: [], isInput: true, isElement: false }];
  for (let place = open.shift(); place; place = open.shift()) {
    const known = place.isInput ? seen.input : seen.output;
    if (known.has(place.schema) || !isSchema(place.schema)) continue;
    known.add(place.schema);
    const part = { ...place, def: place.schema._zod.def as unknown as SchemaDef };
    parts.push(part);
    open.push(...within(part));
  }
  return parts;
}

function within({ def, path, isInput }: SchemaPart): Place[] {
  const at = (schema: Schema | null | undefined, more: readonly PropertyKey[] = []): Place[] =>
    schema ? [{ schema, path: [...path, ...more], isInput, isElement: false }] : [];
  const element = (schema: Schema | null | undefined, index: number) =>
    at(schema, [index]).map((place) => ({ ...place, isElement: true }));
  return [
    ...Object.entries(def.shape ?? {}).flatMap(([name, member]) => at(member, [name])),
    ...at(def.catchall, ['*']),
    ...element(def.element, 0),
    ...(def.items ?? []).flatMap((item, index) => at(item, [index])),
    ...element(def.rest, def.items?.length ?? 0),
    ...at(def.keyType, ['*']),
    ...at(def.valueType, ['*']),
    ...(def.options ?? []).flatMap((option) => at(option)),
    ...[def.left, def.right, def.innerType, def.in].flatMap((inner) => at(inner)),
    ...at(def.out).map((place) => ({ ...place, isInput: false })),
    ...at(evaluate(def.getter)),
  ];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

/** A getter may speak of a constant that has no value yet. */
function evaluate(getter: SchemaDef['getter']): Schema | undefined {
  try {
    return getter?.();
  } catch {
    return undefined;
  }
}
