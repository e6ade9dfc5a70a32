import type { Context } from 'hono';
import { HowdahError } from '../../errors.ts';
import type { App, AppEnv } from '../app-dependencies.ts';
import { allowedMethods } from './allowed-methods.ts';

/** What to say where no route is: the address is unknown, or it takes other methods, which Allow then names. */
export function refuseAddress(app: Pick<App, 'router'>, c: Context<AppEnv>): HowdahError {
  const allowed = allowedMethods(app, c.req.path).join(', ');
  if (allowed === '') return new HowdahError('not_found');
  c.header('Allow', allowed);
  return new HowdahError('method_not_allowed', { detail: `Expected ${allowed}, received ${c.req.method}` });
}
