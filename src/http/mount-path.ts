import type { Context } from 'hono';
import { getPath } from 'hono/utils/url';
import type { AppEnv } from './app-dependencies.ts';

const PATH = /^(\/[A-Za-z0-9._~-]+)*$/;

/** Below a path that looks like one of our addresses nobody could tell which is meant. */
const OWN_ADDRESS =
  /^\/(v1$|(dashboard|docs|assets|healthz|readyz|metrics|openapi\.json|v1\/(jobs|queues|workers|tasks|schedules|events))(\/|$))/;

/**
 * Where a server has us, without a slash at the end; empty for its root.
 *
 * @throws {TypeError} for what is no path, and for one that could be mistaken for an address of our own
 */
export function parseMountPath(given: string): string {
  const path = given.replace(/\/$/, '');
  const received = `received ${JSON.stringify(given)}`;
  if (!PATH.test(path) || /\/\.{1,2}(\/|$)/.test(path)) {
    throw new TypeError(`basePath: expected a path such as /howdah, ${received}`);
  }
  if (OWN_ADDRESS.test(path)) {
    throw new TypeError(`basePath: expected none that is an address of Howdah's own, ${received}`);
  }
  return path;
}

/** The path of a request as our routes know it, whether the host has taken the mount path away or not. */
export function pathBelow(request: Request, options?: { env?: AppEnv['Bindings'] | undefined }): string {
  const path = getPath(request);
  const mountPath = options?.env?.mountPath ?? '';
  if (mountPath === '' || !path.startsWith(mountPath)) return path;
  const rest = path.slice(mountPath.length);
  if (rest === '') return '/';
  return rest.startsWith('/') ? rest : path;
}

/** Where the request's server has us, without a slash at the end; empty for its root. */
export function mountPathOf(c: Context): string {
  return (c as Context<AppEnv>).env?.mountPath ?? '';
}
