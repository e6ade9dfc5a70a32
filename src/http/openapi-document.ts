import type { App } from './app-dependencies.ts';

/** The OpenAPI 3.1 document of the routes the app has, made from the schemas that check their requests. */
export type ApiDocument = ReturnType<App['getOpenAPI31Document']>;

export function openApiDocument(app: App): ApiDocument {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Howdah',
      version: '1',
      description:
        'A job queue on Postgres. Errors are application/problem+json with a stable code; durations are written 500ms, 8s, 15m, 2h or 7d; instants are ISO 8601.',
    },
    tags: [{ name: 'jobs' }, { name: 'queues' }, { name: 'fleet' }],
  });
}
