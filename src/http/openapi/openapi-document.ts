import type { App } from '../app-dependencies.ts';
import { describeHeaders } from './describe-headers.ts';
import { describeRefusals } from './describe-refusals.ts';

/** The OpenAPI 3.1 document of the routes the app has, made from the schemas that check their requests. */
export type ApiDocument = ReturnType<App['getOpenAPI31Document']>;

export type Operation = NonNullable<NonNullable<ApiDocument['paths']>[string]['get']>;

export interface PlacedOperation {
  method: string;
  path: string;
  operation: Operation;
}

/** What the tags of our own routes are about; those of an application's are named after them. */
const TAGS: Readonly<Record<string, string>> = {
  jobs: 'Enqueueing jobs, looking at them, acting on them.',
  queues: 'Depth and pauses of queues.',
  leases: 'Running jobs over HTTP, in a language without a Postgres driver.',
  fleet: 'Workers, tasks and schedules.',
  service: 'For probes and monitoring.',
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** @param publicUrl where programs made from the document find the service */
export function openApiDocument(app: App, publicUrl: string): ApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Howdah',
      version: '1',
      description:
        'A job queue on Postgres. Errors are application/problem+json with a stable code; durations are written 500ms, 8s, 15m, 2h or 7d; instants are ISO 8601.',
      contact: { name: 'Whoever runs this service' },
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: publicUrl }],
  });
  const operations = listOperations(document);
  operations.forEach(describeRefusals);
  describeHeaders(document, operations);
  document.tags = listTags(operations);
  return document;
}

/** Every route of the document. */
export function listOperations(document: ApiDocument): PlacedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [{ method, path, operation: item[method] }] : [])),
  );
}

function listTags(operations: readonly PlacedOperation[]) {
  const used = operations.flatMap(({ operation }) => operation.tags ?? []);
  const names = new Set([...Object.keys(TAGS), ...used]);
  return [...names].map((name) => ({ name, description: TAGS[name] ?? 'Of the application itself.' }));
}
