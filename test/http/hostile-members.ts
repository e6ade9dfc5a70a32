import type { ApiDocument, Operation, Schema } from './fuzz-requests.ts';

/** What JSON can say that has no text, no length or no number where one is asked for. */
export const HOSTILE: readonly unknown[] = [
  { toString: null, valueOf: null },
  [{ toString: null }],
  [[[{ toString: 1, length: -1 }]]],
  JSON.parse('{"then": null, "toJSON": null, "constructor": null, "length": 1e9}'),
  JSON.parse('{"__proto__": {"toString": null}}'),
  { type: 'string', code: 'custom', path: null, message: null },
  null,
  [],
  [null, 5e-324, ''],
  -0,
  1e308,
];

/** Bodies of the operation, in each of which one member, or the whole, is hostile and what else is required is there. */
export function hostileBodies(document: ApiDocument, operation: Operation): { at: string; body: unknown }[] {
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  if (!schema) return [];
  return placesOf(document, schema).flatMap((place) =>
    HOSTILE.map((value) => ({
      at: place.join('.') || 'body',
      body: withMember(document, schema, place, value),
    })),
  );
}

/** Each member by its path; `0` is the first of a list. */
function placesOf(document: ApiDocument, schema: Schema): string[][] {
  const members = Object.entries(membersOf(document, schema));
  const below = members.flatMap(([name, part]) => placesOf(document, part).map((place) => [name, ...place]));
  return [[], ...below];
}

function withMember(
  document: ApiDocument,
  schema: Schema,
  place: readonly string[],
  value: unknown,
): unknown {
  const [name, ...rest] = place;
  if (name === undefined) return value;
  const members = membersOf(document, schema);
  const own = withMember(document, members[name] ?? {}, rest, value);
  if (name === '0') return [own];
  return { ...requiredOf(document, schema), [name]: own };
}

function membersOf(document: ApiDocument, schema: Schema): Record<string, Schema> {
  const parts = partsOf(document, schema);
  const named = parts.map(({ properties }) => properties ?? {});
  const listed = parts.flatMap(({ items }) => (items ? [{ '0': items }] : []));
  return Object.assign({}, ...named, ...listed);
}

function requiredOf(document: ApiDocument, schema: Schema): Record<string, unknown> {
  const members = membersOf(document, schema);
  const names = partsOf(document, schema).flatMap(({ required }) => required ?? []);
  return Object.fromEntries(names.map((name) => [name, fitting(document, members[name] ?? {})]));
}

function fitting(document: ApiDocument, schema: Schema): unknown {
  const parts = partsOf(document, schema);
  const told = parts.find(({ example, enum: choices }) => example !== undefined || choices);
  if (told) return told.example ?? told.enum?.[0];
  const [type] = parts.flatMap((part) => part.type ?? []);
  if (type === 'array') return [fitting(document, membersOf(document, schema)['0'] ?? {})];
  if (type === 'object') return requiredOf(document, schema);
  return type === 'integer' || type === 'number' ? 1 : 'x';
}

function partsOf(document: ApiDocument, schema: Schema): Schema[] {
  const known = schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
  if (!known) return [];
  return [
    known,
    ...[...(known.anyOf ?? []), ...(known.allOf ?? [])].flatMap((part) => partsOf(document, part)),
  ];
}
