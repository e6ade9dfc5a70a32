import type { App, AppDependencies } from '../app-dependencies.ts';
import { type ApiDocument, openApiDocument } from '../openapi/openapi-document.ts';
import { docsPage } from '../pages/docs.ts';
import { rootFrom } from '../pages/layout.ts';

/** The API's description, for programs and for people. Made on first use, when all routes are there. */
export function addOpenApiRoutes(app: App, { publicUrl }: Pick<AppDependencies, 'publicUrl'>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'ADMIN_TOKEN for everything, VIEWER_TOKEN for looking, WORKER_TOKEN for leases.',
  });
  let made: ApiDocument | undefined;
  const document = () => {
    made ??= openApiDocument(app, publicUrl());
    return made;
  };
  app.get('/openapi.json', (c) => c.json(document()));
  app.get('/docs', (c) => c.html(docsPage(document(), rootFrom(c))));
}
