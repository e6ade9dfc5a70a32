import type { App } from './app-dependencies.ts';
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
    },
    servers: [{ url: publicUrl }],
    tags: [{ name: 'jobs' }, { name: 'queues' }, { name: 'fleet' }],
  });
  const operations = listOperations(document);
  operations.forEach(describeRefusals);
  describeHeaders(document, operations);
  return document;
}

/** Every route of the document. */
export function listOperations(document: ApiDocument): PlacedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [{ method, path, operation: item[method] }] : [])),
  );
}
