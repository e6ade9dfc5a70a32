import { z } from 'zod';
import type { SchemaDef } from './schema-parts.ts';

/** Within a JSON Schema; bigints are numbers to be written with all of their digits. */
export type JsonSchema = Record<string, unknown>;

/**
 * What a payload may be before anything is made of it, as JSON Schema. Never narrower than the task's own schema, since what it
 * refuses is not enqueued; what JSON Schema cannot say is left to the worker.
 */
export function payloadSchema(schema: z.ZodType<unknown>): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => correct(zodSchema, jsonSchema as JsonSchema),
  });
  return JSON.parse(JSON.stringify(made), readBigInt);
}

/** As what zod carries a bigint, of which it makes JSON itself. */
const BIGINT = 'howdah-bigint:';

function readBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(BIGINT) ? BigInt(value.slice(BIGINT.length)) : value;
}

/** As zod has it, but for what zod says of the output, or in other words than it checks. */
function correct(schema: z.core.$ZodType, json: JsonSchema): void {
  const def = schema._zod.def as unknown as SchemaDef;
  if (takesAnything(def)) drop(json, (key) => !ABOUT.includes(key));
  else if (def.type === 'bigint') Object.assign(json, { type: 'integer' }, boundsOf(schema));
  if (hasFlags(schema)) drop(json, (key) => PATTERNS.includes(key));
  if (isOverwritten(schema)) drop(json, (key) => [...PATTERNS, ...BOUNDS].includes(key));
}

/** What says nothing of the value. */
const ABOUT = ['title', 'description', 'examples', 'default', 'deprecated', 'id', '$schema'];

/** Of a text, and of the names that a loose record looks at. */
const PATTERNS = ['pattern', 'format', 'contentEncoding', 'allOf', 'patternProperties'];

const BOUNDS = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems'],
];

/** What makes a value of something else (`z.coerce`, `z.preprocess`), or in place of it (`.catch`). */
function takesAnything({ type, coerce, in: input }: SchemaDef): boolean {
  const isPreprocessed = type === 'pipe' && input?._zod.def.type === 'transform';
  return coerce === true || type === 'catch' || isPreprocessed;
}

/** What zod keeps of one check of a schema. */
interface Check {
  readonly check?: string;
  readonly pattern?: RegExp;
  readonly value?: unknown;
  readonly inclusive?: boolean;
  readonly format?: keyof typeof z.core.util.BIGINT_FORMAT_RANGES;
}

/** A format is a check and a schema in one. */
function checksOf(schema: z.core.$ZodType): Check[] {
  const { checks = [] } = schema._zod.def as unknown as SchemaDef;
  return [schema, ...checks].map(({ _zod }) => _zod.def as unknown as Check);
}

/** Those of a bigint, which zod does not write: the tightest of each kind. */
function boundsOf(schema: z.core.$ZodType): JsonSchema {
  const bounds: Record<string, bigint> = {};
  const tighten = (name: string, value: unknown, isTighter: (a: bigint, b: bigint) => boolean) => {
    if (typeof value !== 'bigint') return;
    const known = bounds[name];
    if (known === undefined || isTighter(value, known)) bounds[name] = value;
  };
  const above = (a: bigint, b: bigint) => a > b;
  const below = (a: bigint, b: bigint) => a < b;
  for (const { check, value, inclusive, format } of checksOf(schema)) {
    const [least, most] =
      (check === 'bigint_format' && format && z.core.util.BIGINT_FORMAT_RANGES[format]) || [];
    tighten('minimum', least, above);
    tighten('maximum', most, below);
    if (check === 'greater_than') tighten(inclusive ? 'minimum' : 'exclusiveMinimum', value, above);
    if (check === 'less_than') tighten(inclusive ? 'maximum' : 'exclusiveMaximum', value, below);
  }
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, `${BIGINT}${value}`]));
}

/** JSON Schema has no flags: without its own, a pattern would mean something else. */
function hasFlags(schema: z.core.$ZodType): boolean {
  const { keyType } = schema._zod.def as unknown as SchemaDef;
  return checksOf(keyType ?? schema).some(({ pattern }) => pattern && /[^dg]/.test(pattern.flags));
}

/** What is checked then is what `.trim()`, `.toLowerCase()` and the like have made of it. */
function isOverwritten(schema: z.core.$ZodType): boolean {
  return checksOf(schema).some(({ check }) => check === 'overwrite');
}

function drop(json: JsonSchema, isDropped: (key: string) => boolean): void {
  for (const key of Object.keys(json)) if (isDropped(key)) delete json[key];
}
