import assert from 'node:assert/strict';
import { z } from 'zod';

interface Described {
  headers?: Record<string, object>;
  content?: Record<string, { schema?: object }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
  components: { schemas: Record<string, object> };
}

/** Headers that mean something to the caller of a route; all others are the same everywhere. */
const TELLING = [
  ...['x-request-id', 'www-authenticate', 'retry-after', 'allow'],
  ...['etag', 'location', 'idempotency-replayed'],
];

/** Fails for an answer that the OpenAPI document does not describe: its status, type, headers and body. */
export type AnswerCheck = (method: string, path: string, answer: Response) => Promise<void>;

/** Addresses that the document does not have, pages among them, are not looked at. */
export function answerCheck(document: ApiDocument): AnswerCheck {
  const schemas = new Map<string, z.ZodType>();
  return async (method, path, answer) => {
    const template = templateOf(document, path.split('?')[0] ?? '', method.toLowerCase());
    if (template === undefined) return;
    const { responses } = document.paths[template]?.[method.toLowerCase()] ?? assert.fail();
    const status = String(answer.status) in responses ? String(answer.status) : 'default';
    const described =
      responses[status] ?? assert.fail(`${method} ${template} does not describe ${answer.status}`);
    const where = `${method} ${template} ${answer.status}`;
    assertHeaders(described, answer, where);
    const type = answer.headers.get('Content-Type')?.split(';')[0];
    if (type === undefined || type === 'text/event-stream') return;
    const schema = described.content?.[type]?.schema ?? assert.fail(`${where} does not describe ${type}`);
    if (!type.endsWith('json')) return;
    const known =
      schemas.get(`${where} ${status}`) ??
      z.fromJSONSchema(inline(document, schema) as z.core.JSONSchema.JSONSchema);
    schemas.set(`${where} ${status}`, known);
    const { error } = known.safeParse(await answer.clone().json());
    assert.ok(!error, `${where} is not as described: ${error?.message}`);
  };
}

function assertHeaders({ headers = {} }: Described, answer: Response, where: string): void {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const unknown = TELLING.filter((name) => answer.headers.has(name) && !names.includes(name));
  assert.deepEqual(unknown, [], `${where} does not describe its headers`);
}

/** The most literal of the paths that fit. */
function templateOf({ paths }: ApiDocument, path: string, method: string): string | undefined {
  const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const templates = Object.keys(paths).filter((template) => paths[template]?.[method] && fits(template));
  return templates.sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

/** The schema with what it refers to put in. */
function inline(document: ApiDocument, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((each) => inline(document, each));
  if (typeof part !== 'object' || part === null) return part;
  if ('$ref' in part)
    return inline(document, document.components.schemas[String(part.$ref).split('/').at(-1) ?? '']);
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, inline(document, value)]));
}
