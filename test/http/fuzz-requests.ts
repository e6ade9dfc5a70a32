import fc from 'fast-check';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';
import { bodyOf, type OddBody, oddHeaders, oddQuery, oddValue } from './odd-requests.ts';

/** As much of JSON Schema as the document uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
}

export interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, object>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export interface FuzzedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: OddBody | undefined;
}

/** Requests to the operation: some as the document has them, some with wrong parts, some with junk. */
export function fuzzedRequests(
  document: ApiDocument,
  { path, method }: { path: string; method: string },
  ids: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const operation = document.paths[path]?.[method];
  if (!operation) throw new Error(`${method} ${path} is not in the document`);
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const texts = (place: string) => {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    const fields = parameters.map(({ name, schema }) => [name, text(document, schema, ids)] as const);
    return someOf(Object.fromEntries(fields), place === 'path' ? parameters.map(({ name }) => name) : []);
  };
  return fc
    .record({
      path: texts('path'),
      query: texts('query'),
      header: texts('header'),
      more: fc.record({ headers: oddHeaders, query: oddQuery }),
      body: body ? bodies(document, body) : fc.constant(undefined),
    })
    .map(({ more, ...parts }) => ({
      method: method.toUpperCase(),
      path: fill(path, parts.path) + queryOf(parts.query, more.query),
      headers: inBytes({ ...parts.header, ...more.headers }),
      body: parts.body,
    }));
}

function bodies(document: ApiDocument, schema: Schema): fc.Arbitrary<OddBody | undefined> {
  const fitting = anyValue(document, schema).map((value) => JSON.stringify(value) ?? '');
  return fc.oneof(
    { weight: 8, arbitrary: fitting },
    { weight: 4, arbitrary: bodyOf(fitting) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '[]', '[[', '"\\u0000"', undefined) },
  );
}

function anyValue(document: ApiDocument, schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const resolved = schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
  if (!resolved || depth > 4) return fc.jsonValue();
  const junk = fc.oneof(
    fc.jsonValue(),
    { weight: 2, arbitrary: oddValue },
    fc.constantFrom<unknown>(...NASTY_TEXTS),
  );
  return mostly<unknown>(fittingValue(document, resolved, depth), junk);
}

function fittingValue(document: ApiDocument, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const next = (part: Schema) => anyValue(document, part, depth + 1);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(next));
  if (schema.allOf) return fc.tuple(...schema.allOf.map(next)).map((parts) => Object.assign({}, ...parts));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' && schema.properties) {
    const properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [name, next(part)]),
    );
    return someOf(properties, schema.required ?? []);
  }
  if (type === 'array') return fc.array(next(schema.items ?? {}), { maxLength: 3 });
  if (type === 'integer' || type === 'number') {
    return mostly(fc.integer({ min: 1, max: 50 }), fc.oneof(fc.integer(), fc.double()));
  }
  if (type === 'boolean') return fc.boolean();
  if (type === 'string') return mostly(fc.constant(schema.example ?? 'x'), fc.string({ unit: 'binary' }));
  return schema.example === undefined ? fc.jsonValue() : mostly(fc.constant(schema.example), fc.jsonValue());
}

/** With at most three of the fields that are not required: many options exclude each other. */
function someOf<T>(
  fields: Record<string, fc.Arbitrary<T>>,
  required: readonly string[],
): fc.Arbitrary<Record<string, T>> {
  const optional = Object.keys(fields).filter((name) => !required.includes(name));
  return fc.subarray(optional, { maxLength: Math.min(3, optional.length) }).chain((names) => {
    const wanted = Object.entries(fields).filter(([name]) => required.includes(name) || names.includes(name));
    return fc.record(Object.fromEntries(wanted));
  });
}

function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

function text(document: ApiDocument, schema: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  const fitting = fittingValue(document, schema, 0).map((value) => {
    if (Array.isArray(value)) return value.join(',');
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  return fc.oneof(
    { weight: 6, arbitrary: fitting },
    { weight: 2, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

function fill(path: string, values: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encode(values[name] || '1'));
}

/** Of a parameter that comes again, only the last value is odd. */
function queryOf(values: Record<string, string>, odd: string | undefined): string {
  const names = Object.keys(values);
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${encode(value)}`);
  const more = odd === undefined ? [] : [`${names.at(-1) ?? 'limit'}=${odd}`];
  return pairs.length + more.length === 0 ? '' : `?${[...pairs, ...more].join('&')}`;
}

/** A dot alone would be taken for a step in the path by whoever builds the address. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll('.', '%2E');
}

/** As clients send what is not ASCII, byte by byte; what no header can have is a question mark. */
function inBytes(headers: Record<string, string>): Record<string, string> {
  const bytes = (value: string) =>
    Buffer.from(value)
      .toString('latin1')
      .replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, bytes(value)]));
}
