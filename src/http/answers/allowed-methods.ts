import type { App } from '../app-dependencies.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Methods that some route takes at this path; none when the path is unknown. HEAD comes with GET. */
export function allowedMethods(app: Pick<App, 'router'>, path: string): string[] {
  return METHODS.filter((method) => takes(app, method, path)).flatMap((method) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
}

/** Middleware is registered for ALL methods; only a route of this very method counts. */
function takes(app: Pick<App, 'router'>, method: string, path: string): boolean {
  const [matches] = app.router.match(method, path);
  return matches.some(([[, route]]) => route.method === method);
}
