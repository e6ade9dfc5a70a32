import type { z } from 'zod';
import { readText } from '../errors/read-text.ts';
import { fieldPath } from './describe-issues.ts';
import { partsOf, type SchemaDef, type SchemaPart } from './schema-parts.ts';

const DATE_CODEC =
  'z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })';

/** What JSON has no form for, by zod's name for it, and what to use instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  date: `have ${DATE_CODEC}, or z.iso.datetime() for the text itself`,
  map: 'have z.record(…), or a codec from one',
  set: 'have z.array(…), or a codec from one',
  symbol: 'have z.enum([…])',
  undefined: 'have .optional() for a member that may be missing, or z.null()',
  void: 'have z.null(), or leave the member out',
  nan: 'have z.null()',
  file: 'have z.string() for where it is kept',
  promise: 'await it before the enqueue',
  function: 'have z.string() for its name',
};

/**
 * Why payloads of this schema cannot be kept as JSON, each with the field and what to use instead; empty when they can. What
 * counts is what goes into the schema: the first half of a pipe or codec, whatever comes out of it.
 */
export function schemaMistakes(schema: z.ZodType<unknown>): string[] {
  if (!isOfZod4(schema))
    return [
      `payload: expected a schema of zod 4, such as z.strictObject({…}), received ${nameOther(schema)}`,
    ];
  const parts = partsOf(schema);
  const mistakes = parts.filter(({ isInput }) => isInput).flatMap((part) => describe(part));
  return [...mistakes, ...oneWayMistakes(parts)];
}

function isOfZod4(schema: unknown): boolean {
  const { _zod, safeParse } = (schema ?? {}) as Partial<z.ZodType>;
  return _zod !== undefined && typeof safeParse === 'function';
}

function nameOther(schema: unknown): string {
  if (schema === undefined) return 'nothing';
  const { _def } = (schema ?? {}) as { _def?: { typeName?: unknown } };
  if (readText(_def, 'typeName').startsWith('Zod')) return 'one of zod 3';
  return typeof schema === 'object' && schema !== null ? 'another object' : String(schema);
}

/** Whether payloads are written other than they are given: by a codec, which also says how. */
export function hasCodec(schema: z.ZodType<unknown>): boolean {
  return partsOf(schema).some(({ def }) => isCodec(def));
}

function describe({ schema, def, path, isElement }: SchemaPart): string[] {
  const at = fieldPath('payload', path);
  const refuse = (what: string, instead: string) => [`${at}: JSON cannot carry ${what}; ${instead}`];
  if (def.coerce) return [];
  if (def.type === 'custom') {
    const { Class } = schema._zod.bag as { Class?: { name?: string } };
    return Class ? refuse(`z.instanceof(${Class.name})`, 'have a codec from what it is made of') : [];
  }
  if (def.type === 'literal') {
    const strange = (def.values ?? []).filter((value) => value === undefined || typeof value === 'bigint');
    return strange.flatMap((value) =>
      refuse(`z.literal(${String(value)})`, 'have a text, a number, a boolean or null'),
    );
  }
  if (isElement && def.type === 'optional')
    return refuse('an element that is missing', 'have .nullable() in place of .optional()');
  const instead = INSTEAD[def.type];
  return instead === undefined ? [] : refuse(`z.${def.type}()`, instead);
}

/** A payload is encoded whole, and what works one way only stands in the way of the codecs beside it. */
function oneWayMistakes(parts: readonly SchemaPart[]): string[] {
  if (!parts.some(({ def }) => isCodec(def))) return [];
  const oneWay = parts.filter(({ def }) => def.type === 'transform' || def.type === 'catch');
  return oneWay.map(({ def, path }) => {
    const name = def.type === 'catch' ? '.catch()' : 'a transform';
    return `${fieldPath('payload', path)}: ${name} works one way only, which a schema with a codec cannot have; have a codec`;
  });
}

function isCodec({ type, reverseTransform }: SchemaDef): boolean {
  return type === 'pipe' && reverseTransform !== undefined;
}
